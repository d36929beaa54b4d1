#include "launcher/report/study_record.h"

#include <algorithm>
#include <iterator>

#include "launcher/records/journal.h"
#include "launcher/records/status_file.h"
#include "src/core/error.h"
#include "src/study/parse.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

void require_file(FileSystem& files, const Path& path, const std::string& when) {
  if (!files.exists(path))
    throw Error(ErrorKind::input, "there is no " + path.filename().string() + ": " + when);
}

std::string text_of(FileSystem& files, const Path& path, const std::string& when) {
  require_file(files, path, when);
  return files.read(path);
}

nlohmann::json object_in(FileSystem& files, const Path& path, const std::string& when) {
  auto json =
      nlohmann::json::parse(text_of(files, path, when), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    throw Error(ErrorKind::input, path.filename().string() + " is damaged: it is no JSON object");
  return json;
}

fs::path last_parts(const fs::path& path, std::size_t count) {
  std::vector<fs::path> parts(path.begin(), path.end());
  fs::path end;
  for (std::size_t k = parts.size() - std::min(count, parts.size()); k < parts.size(); ++k)
    end /= parts[k];
  return end;
}

bool all_differ(const std::vector<StudyRecord>& records) {
  for (std::size_t a = 0; a < records.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (records[a].label == records[b].label) return false;
  return true;
}

}  // namespace

void StudyReader::read_metrics(Found<MetricsRecord>& found) {
  found.problem.clear();
  const auto anew = [&] { found.value = {}; };
  try {
    require_file(files_, directory_.metrics(), "nothing was trained");
    metrics_.look(files_, anew, [&](std::string_view lines) { add_metrics(lines, found.value); });
  } catch (const std::exception& error) {
    found.problem = error.what();
  }
}

void StudyReader::read(StudyRecord& record) {
  record.folder = directory_.root;
  find(record.study, [&] {
    record.study_text = text_of(files_, directory_.study(), "this is no study directory");
    return parse_study(record.study_text, directory_.root);
  });
  const auto& study = record.study.value;
  find(record.summary,
       [&] { return object_in(files_, directory_.summary(), "the study has not ended"); });
  find(record.status,
       [&] { return object_in(files_, status_path(directory_), "no launcher wrote one"); });
  read_metrics(record.metrics);
  find(record.draws, [&] { return read_draws(files_, directory_); });
  find(record.jobs, [&] {
    const auto journal = read_journal(files_, directory_.run() / "journal.jsonl");
    if (journal.empty())
      throw Error(ErrorKind::input, "there is no launcher's journal: no jobs were submitted");
    return jobs_of(journal);
  });
  find(record.servers, [&] {
    return parse_servers(text_of(files_, directory_.servers(), "no server began to train"));
  });
  find(record.evaluation, [&] {
    return parse_evaluation(text_of(files_, directory_.evaluation(),
                                    "the server writes it when a training ends that was not "
                                    "recorded or stopped by a failure"),
                            study.parameters.size());
  });
}

StudyRecord read_study_record(FileSystem& files, const StudyDirectory& directory) {
  StudyRecord record;
  StudyReader(files, directory).read(record);
  return record;
}

void label_records(std::vector<StudyRecord>& records) {
  std::size_t longest = 1;
  for (const auto& record : records) {
    const auto parts = std::distance(record.folder.begin(), record.folder.end());
    longest = std::max(longest, static_cast<std::size_t>(parts));
  }
  for (std::size_t count = 1; count <= longest; ++count) {
    for (auto& record : records) record.label = last_parts(record.folder, count).string();
    if (all_differ(records)) return;
  }
}

}  // namespace weir
