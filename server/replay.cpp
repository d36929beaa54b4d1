#include "server/replay.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <utility>

#include "server/data/data_set.h"
#include "server/metrics/metrics.h"
#include "server/sampling/parameter_file.h"
#include "server/setup.h"
#include "server/summary.h"
#include "server/verdict.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/study/parse.h"

namespace weir {

namespace {

Study recorded_study(const ServerOptions& options, std::size_t ranks) {
  Study study = resolve(options, ranks);
  if (study.training.source == Source::dataset)
    throw Error(ErrorKind::input,
                "--replay repeats a training on an ensemble, but /training/source is \"dataset\": "
                "that is repeated by running it again");
  return study;
}

StudyDirectory open_results(ServerOptions options, const Study& study) {
  if (options.output.empty()) options.output = options.replay / "replay";
  return open_directory(options, study);
}

Path log_of(const ServerOptions& options, std::size_t rank) {
  const Path log = StudyDirectory{options.replay}.lineage(rank);
  if (!posix_file_system().exists(log))
    throw Error(ErrorKind::input,
                "there is no " + log.string() +
                    ": a replay needs a study that ran with \"reproducible\": true, on as many "
                    "server ranks");
  return log;
}

/// An adaptive study ran other simulations than its design says, hence than `weir generate` makes
/// of it.
void check_parameters(const ServerOptions& options, const Study& study) {
  if (study.sampling.adaptive.kind == Refinement::none) return;
  const Path file = StudyDirectory{options.replay}.parameters();
  const DataSet data(options.data, study);
  std::map<std::uint64_t, std::span<const double>> there;
  for (std::size_t k = 0; k < data.simulations(); ++k)
    there[data.id(k * data.steps()).sim] = data.parameters(k);
  for (const auto& row : ParameterFile(posix_file_system(), file, study.parameters).read()) {
    const auto found = there.find(row.sim);
    if (found == there.end() || std::ranges::equal(found->second, row.values)) continue;
    throw Error(ErrorKind::input, options.data.string() + " has other parameters of simulation " +
                                      std::to_string(row.sim) + " than " + file.string() +
                                      ": generate it from a list of those "
                                      "(docs/adaptive_sampling.md)");
  }
}

/// Before the log is opened.
const ServerOptions& checked(const ServerOptions& options, const Study& study) {
  check_parameters(options, study);
  return options;
}

}  // namespace

Replay::Replay(const ServerOptions& options, Collective& collective)
    : collective_(collective),
      study_(recorded_study(options, collective.ranks())),
      registry_(registry_of(options, study_)),
      results_(open_results(options, study_)),
      log_(open_log(results_, collective.rank())),
      source_(study_, posix_file_system(), log_of(checked(options, study_), collective.rank()),
              options.data, collective.rank(), collective.ranks()) {}

int Replay::run() {
  const bool first = collective_.rank() == 0;
  const auto warn = [this](const std::string& text) { log_->warn("{}", text); };
  const auto metrics = first ? make_file_metrics(posix_file_system(), results_.metrics(),
                                                 results_.tensorboard(), warn)
                             : make_null_metrics();
  if (first) metrics->roll_back({});  // of an earlier replay
  Trainer trainer(study_, collective_, source_, source_, *metrics, clock_, registry_);
  trainer.on_warning(warn);
  const Time start = clock_.now();

  Summary summary;
  summary.training = trainer.run();
  summary.samples.trained = summary.training.samples;
  summary.ranks = collective_.ranks();
  summary.seconds = Seconds(clock_.now() - start).count();
  judge(summary, std::nullopt);
  if (first) {
    metrics->flush();
    if (summary.training.batches > 0) trainer.export_model(results_.model(), summary.training);
    write_summary(posix_file_system(), results_.summary(), summary);
  }
  log_->info("replayed {} batches", summary.training.batches);
  return summary.status == StudyStatus::done ? 0 : static_cast<int>(ErrorKind::study);
}

}  // namespace weir
