#include "launcher/serve/live_report.h"

#include <ctime>

#include "launcher/records/status_file.h"
#include "launcher/report/report.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

std::vector<Path> files_of(const StudyDirectory& directory) {
  return {directory.study(),   directory.summary(),   status_path(directory),
          directory.metrics(), directory.lineage(0),  directory.run() / "journal.jsonl",
          directory.servers(), directory.evaluation()};
}

std::string time_text(std::time_t time) {
  std::tm parts{};
  char text[64] = "";
  if (gmtime_r(&time, &parts) != nullptr)
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

html::Served served(bool live) {
  const std::string now = time_text(std::time(nullptr));
  return {.state = live ? "As of " + now + "; this page replaces itself as it goes on."
                        : "As of " + now + "; it has ended, and this page stays as it is.",
          .live = live};
}

}  // namespace

LiveReport::LiveReport(FileSystem& files, const std::vector<StudyDirectory>& directories,
                       const Clock& clock)
    : clock_(clock), directories_(directories), records_(directories.size()) {
  for (const auto& directory : directories_) readers_.emplace_back(files, directory);
}

const LivePage& LiveReport::page(bool live) {
  const bool over = live_ && !live;
  if (!page_.html || over || (pace_.due(clock_.now()) && (live_ != live || stamp() != stamp_)))
    make(live);
  return page_;
}

LiveReport::Stamp LiveReport::stamp() const {
  Stamp stamp;
  for (const auto& directory : directories_)
    for (const auto& path : files_of(directory)) {
      std::error_code none;  // then its values say so
      const auto size = fs::file_size(path, none);
      stamp.emplace_back(size, fs::last_write_time(path, none));
    }
  return stamp;
}

void LiveReport::make(bool live) {
  const Time began = clock_.now();
  stamp_ = stamp();  // before reading: what changes meanwhile is news
  for (std::size_t k = 0; k < records_.size(); ++k) readers_[k].read(records_[k]);
  label_records(records_);
  const auto state = served(live);
  page_ = {.html = std::make_shared<const std::string>(report_page(records_, &state)),
           .tag = '"' + std::to_string(++made_) + '"'};
  live_ = live;
  pace_.made(began, clock_.now());
}

}  // namespace weir
