// weir replay: the training that a study recorded, once more.

#include <filesystem>
#include <iostream>
#include <optional>
#include <thread>

#include "launcher/commands/commands.h"
#include "launcher/records/study_folder.h"
#include "launcher/run/jobs.h"
#include "launcher/schedulers/local.h"
#include "launcher/schedulers/log_tail.h"
#include "src/core/error.h"
#include "src/core/interrupts.h"
#include "src/core/own_program.h"
#include "src/study/parse.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr Duration turn = std::chrono::milliseconds(100);

void require_recording(FileSystem& files, const Study& study, const StudyDirectory& directory) {
  if (study.reproducible && files.exists(directory.lineage(0))) return;
  throw Error(ErrorKind::input, "the study in '" + directory.root.string() +
                                    "' recorded no training; a study does when its file says "
                                    "\"reproducible\": true");
}

/// The ensemble, run again into a data set that is removed at the end.
class TemporaryDataSet {
 public:
  TemporaryDataSet() : folder_(make_temporary_folder()) {}
  ~TemporaryDataSet() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  TemporaryDataSet(const TemporaryDataSet&) = delete;
  TemporaryDataSet& operator=(const TemporaryDataSet&) = delete;

  fs::path file() const { return folder_ / "ensemble.h5"; }

 private:
  fs::path folder_;
};

JobReport run_job(const JobRequest& request, const StudyDirectory& directory) {
  Interrupts interrupts;
  const SystemClock clock;
  LocalScheduler scheduler(clock, directory.root);
  const auto job = scheduler.submit(request);
  while (true) {
    const auto report = scheduler.poll().at(job);
    if (has_ended(report.state)) return report;
    if (interrupts.take()) scheduler.cancel(job);
    std::this_thread::sleep_for(turn);
  }
}

fs::path weights(const fs::path& results) { return results / "model" / "model.safetensors"; }

/// Whether both trainings ended with the same weights; a study that was killed has none.
int compare(FileSystem& files, const fs::path& recorded, const fs::path& repeated) {
  if (!files.exists(weights(recorded))) {
    std::cout << "weir: replayed; results: " << repeated.string() << std::endl;
    return 0;
  }
  if (files.read(weights(recorded)) == files.read(weights(repeated))) {
    std::cout << "weir: replayed, with the same weights to the bit; results: " << repeated.string()
              << std::endl;
    return 0;
  }
  std::cerr << "weir: replayed, but the weights differ from those in '" << recorded.string()
            << "': only on a CPU, with the same weir and LibTorch, they are the same; results: "
            << repeated.string() << std::endl;
  return static_cast<int>(ErrorKind::study);
}

int exit_code_of(const JobReport& report) {
  if (report.state == JobState::cancelled) return static_cast<int>(ErrorKind::interrupted);
  const int code = report.exit_code.value_or(1);
  return code >= 1 && code <= 3 ? code : 1;
}

}  // namespace

int replay_command(const ReplayOptions& options) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, options.folder);
  const Study study = load_study(directory.study());
  require_recording(files, study, directory);
  std::optional<TemporaryDataSet> ensemble;
  auto data = options.data;
  if (data.empty()) {
    data = ensemble.emplace().file();
    const int code = generate_command({.study = directory.study(), .to = data, .output = {}});
    if (code != 0) return code;
  }
  const auto results =
      options.to.empty() ? directory.root / "replay" : fs::absolute(options.to).lexically_normal();
  const auto request =
      replay_job(study, directory, own_program("weir-server"), fs::absolute(data), results);
  fs::remove(request.log);
  const auto report = run_job(request, directory);
  if (report.state == JobState::done) return compare(files, directory.root, results);
  const auto said = last_server_message(request.log);
  std::cerr << "weir: " << (said.empty() ? "the replay ended: " + report.reason : said)
            << "; log: " << request.log.string() << std::endl;
  return exit_code_of(report);
}

}  // namespace weir
