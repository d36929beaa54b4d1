// weir-bench-trainer STUDY.json FOLDER: the trainer of one server rank on samples that are there
// from the start. Rank 0 prints {samples_per_second, with_start, sums, words}: behind the first
// tenth of the batches; from the first on; the share of the time that it was in sums of gradients,
// and in the words that open each round.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include <mpi.h>
#include <nlohmann/json.hpp>

#include "server/collective/collective.h"
#include "server/metrics/metrics.h"
#include "server/training/trainer.h"
#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/core/freed_memory.h"
#include "src/core/study_directory.h"
#include "src/study/parse.h"
#include "tests/bench/resident_source.h"
#include "tests/bench/timed_collective.h"

namespace weir::bench {
namespace {

class NoParticipant final : public RoundParticipant {
 public:
  RoundInput before_round() override { return {}; }
  void after_round(const Agreed&) override {}
};

/// When a batch was over, and what was waited for until then.
struct Moment {
  Time at{};
  std::size_t batches = 0;
  double sums = 0, words = 0;
};

void train(const Study& study, const StudyDirectory& directory) {
  const auto mpi = make_mpi_collective();
  TimedCollective collective(*mpi);
  ResidentSource source(study);
  NoParticipant participant;
  const auto metrics = mpi->rank() > 0
                           ? make_null_metrics()
                           : make_file_metrics(posix_file_system(), directory.metrics(),
                                               directory.tensorboard(), [](const std::string&) {});
  const SystemClock clock;
  Trainer trainer(study, collective, source, participant, *metrics, clock);
  // Libraries that start, memory that is touched for the first time: not what a step costs.
  const std::size_t warm_up = std::max<std::size_t>(1, study.training.stop.batches.value() / 10);
  Moment begin, end;
  trainer.on_batch([&](std::size_t batches, double, auto, auto) {
    end = {clock.now(), batches, collective.seconds_in_sums(), collective.seconds_in_words()};
    if (batches <= warm_up) begin = end;
  });
  const TrainingResult result = trainer.run();
  if (mpi->rank() > 0) return;
  const double seconds = Seconds(end.at - begin.at).count();
  const double samples = static_cast<double>(result.samples) *
                         static_cast<double>(end.batches - begin.batches) /
                         static_cast<double>(result.batches);
  const nlohmann::json figures = {
      {"samples_per_second", samples / seconds},
      {"with_start", static_cast<double>(result.samples) / result.seconds},
      {"sums", (end.sums - begin.sums) / seconds},
      {"words", (end.words - begin.words) / seconds}};
  std::printf("%s\n", figures.dump().c_str());
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: weir-bench-trainer STUDY.json FOLDER\n");
    return 2;
  }
  weir::keep_freed_memory();  // as weir-server
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  try {
    weir::bench::train(weir::load_study(argv[1]), {argv[2]});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir-bench-trainer: %s\n", error.what());
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
  return 0;
}
