#include <string>
#include <vector>

#include "tests/bench/program_runs.h"
#include "tests/bench/reference_study.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

struct Rates {
  std::vector<double> one, two, apart, sums, words;
};

void run(const Study& study, Rates& rates) {
  rates.one.push_back(2 * resident_training(study, /*ranks=*/1).front().samples_per_second);
  const TrainerFigures together = resident_training(study, /*ranks=*/2).front();
  rates.two.push_back(together.samples_per_second);
  rates.sums.push_back(100 * together.sums);
  rates.words.push_back(100 * together.words);
  const auto apart = resident_training(study, /*ranks=*/1, /*copies=*/2);
  rates.apart.push_back(apart[0].samples_per_second + apart[1].samples_per_second);
}

void measure(Reporter& reporter, const Options& options, const StudyCase& which, std::size_t runs) {
  const std::string name =
      std::to_string(which.values) + "values/batch" + std::to_string(which.batch);
  if (!options.wants(name)) return;
  const Study study = study_of(which);
  Rates rates;
  for (std::size_t k = 0; k < runs; ++k) run(study, rates);
  const double one = median(rates.one);
  reporter.report({name + "/2ranks", median(rates.two), "samples/s", one});
  reporter.report({name + "/2apart", median(rates.apart), "samples/s", one});
  reporter.report({name + "/in-sums", median(rates.sums), "%", {}});
  reporter.report({name + "/in-words", median(rates.words), "%", {}});
}

}  // namespace

void scaling_suite(Reporter& reporter, const Options& options) {
  const std::vector<StudyCase> cases =
      options.quick ? std::vector<StudyCase>{{.values = 100, .batches = 50}}
                    : std::vector<StudyCase>{{.values = 10'000, .batch = 10, .batches = 300},
                                             {.values = 10'000, .batch = 256, .batches = 40}};
  for (const StudyCase& which : cases) measure(reporter, options, which, options.quick ? 1 : 5);
}

}  // namespace weir::bench
