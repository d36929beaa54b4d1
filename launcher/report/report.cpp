#include "launcher/report/report.h"

#include <weir/version.h>

#include <cassert>

#include "launcher/plot/text.h"
#include "launcher/report/sections.h"

namespace weir {
namespace {

struct Link {
  const char* id;
  const char* name;
};

template <std::size_t n>
std::string navigation(const Link (&links)[n]) {
  std::string out = "<nav>";
  for (const auto& [id, name] : links)
    out += std::string("<a href=\"#") + id + "\">" + name + "</a>\n";
  return out + "</nav>\n";
}

std::string one(const StudyRecord& record) {
  const Records records(&record, 1);
  constexpr Link links[] = {{"results", "Results"},
                            {"losses", "Losses"},
                            {"throughput", "Throughput"},
                            {"buffer", "Buffer"},
                            {"draws", "Arrival and draw"},
                            {"parameters", "Parameters"},
                            {"errors", "Errors"},
                            {"pictures", "Pictures"},
                            {"timeline", "Timeline"},
                            {"study", "Study"},
                            {"host", "Host"}};
  return navigation(links) + results_section(records) + losses_section(records) +
         throughput_section(records) + buffer_section(records) + draws_section(record) +
         parameters_section(record) + errors_section(records) + pictures_section(record) +
         timeline_section(record) + study_section(record) + host_section(record);
}

std::string several(Records records) {
  constexpr Link links[] = {{"results", "Results"},       {"losses", "Losses"},
                            {"throughput", "Throughput"}, {"buffer", "Buffer"},
                            {"errors", "Errors"},         {"differences", "Differences"}};
  return navigation(links) + results_section(records) + losses_section(records) +
         throughput_section(records) + buffer_section(records) + errors_section(records) +
         differences_section(records);
}

std::string title_of(const std::vector<StudyRecord>& records) {
  if (records.size() > 1) return std::to_string(records.size()) + " studies compared";
  const auto& name = records[0].study.value.name;
  return name.empty() ? records[0].folder.filename().string() : name;
}

std::string subtitle_of(const std::vector<StudyRecord>& records) {
  std::string text;
  for (const auto& record : records) text += (text.empty() ? "" : ", ") + record.folder.string();
  return text + " · weir " + WEIR_VERSION;
}

}  // namespace

std::string report_page(const std::vector<StudyRecord>& records, const html::Served* served) {
  assert(!records.empty());
  return html::page(title_of(records), subtitle_of(records),
                    records.size() == 1 ? one(records[0]) : several(records), served);
}

void write_own_report(FileSystem& files, const StudyDirectory& directory) {
  std::vector<StudyRecord> records;
  records.push_back(read_study_record(files, directory));
  label_records(records);
  files.replace(directory.report(), report_page(records), 0600);
}

}  // namespace weir
