#pragma once
// All that a study directory tells, as plain data.

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "launcher/records/growing_file.h"
#include "launcher/report/draw_record.h"
#include "launcher/report/evaluation_record.h"
#include "launcher/report/found.h"
#include "launcher/report/job_record.h"
#include "launcher/report/metrics_record.h"
#include "launcher/report/server_record.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

struct StudyRecord {
  std::filesystem::path folder;
  std::string label;       ///< tells it apart from the others of a report
  std::string study_text;  ///< study.json as it lies there
  Found<Study> study;
  Found<nlohmann::json> summary;  ///< an object; empty while the study has not ended
  Found<nlohmann::json> status;   ///< run/status.json, likewise; empty where no launcher wrote one
  Found<MetricsRecord> metrics;
  Found<DrawRecord> draws;
  Found<std::vector<JobRecord>> jobs;
  Found<std::vector<ServerRecord>> servers;
  Found<EvaluationRecord> evaluation;
};

/// Reads a study again and again while it runs; of its metrics each line once. Used by one thread.
class StudyReader {
 public:
  StudyReader(FileSystem& files, StudyDirectory directory)
      : files_(files), directory_(std::move(directory)), metrics_(directory_.metrics()) {}

  /// Makes `record`, an empty one or the same as in the call before, say how the study stands. What
  /// cannot be read is a problem of its part, and the rest is read.
  void read(StudyRecord& record);

 private:
  void read_metrics(Found<MetricsRecord>& found);

  FileSystem& files_;
  StudyDirectory directory_;
  GrowingFile metrics_;
};

/// One look.
StudyRecord read_study_record(FileSystem& files, const StudyDirectory& directory);

/// Gives each record the shortest end of its path that no other one has.
void label_records(std::vector<StudyRecord>& records);

}  // namespace weir
