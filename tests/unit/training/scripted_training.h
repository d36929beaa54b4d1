#pragma once
// A training in miniature: a study, samples of a known function, a source that follows a script,
// metrics that remember.

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/metrics/metrics.h"
#include "server/samples/sample_source.h"
#include "server/training/round.h"
#include "server/training/step_time.h"
#include "src/core/random.h"
#include "src/study/study.h"

namespace weir::test {

/// Two parameters, 20 steps, two fields of 6 and 4 values; statistics near those of the function
/// below.
inline Study miniature_study(std::size_t batch) {
  Study study;
  study.name = "miniature";
  study.seed = 7;
  study.simulation.count = 50;
  study.simulation.steps = 20;
  study.simulation.fields = {{"u", {6}, "K"}, {"v", {2, 2}, "m/s"}};
  study.simulation.time = {.first = 0.1, .step = 0.1, .unit = "s"};
  study.parameters = {{"a", 100, 500, "K"}, {"b", -1, 1, ""}};
  study.training.batch = batch;
  study.training.model.hidden = {24, 24};
  study.training.normalisation.kind = NormalisationKind::given;
  study.training.normalisation.fields = {{"u", {300, 80}}, {"v", {0, 0.5}}};
  study.training.optimizer.learning_rate = 3e-3;
  study.training.optimizer.weight_decay = 1e-4;
  return study;
}

inline std::vector<double> parameters_of(const Study& study, std::uint64_t sim) {
  Random random(study.seed, "test parameters", sim);
  std::vector<double> values;
  for (const auto& parameter : study.parameters) {
    values.push_back(parameter.lower + random.uniform() * (parameter.upper - parameter.lower));
  }
  return values;
}

/// The function to be learnt: smooth, of different size in the two fields.
inline std::vector<float> values_of(const Study& study, SampleId id) {
  const auto p = parameters_of(study, id.sim);
  const double t =
      study.simulation.time.first + static_cast<double>(id.step) * study.simulation.time.step;
  std::vector<float> values;
  for (int j = 0; j < 6; ++j)
    values.push_back(static_cast<float>(300 + (p[0] - 300) * std::exp(-t) * std::cos(0.5 * j)));
  for (int j = 0; j < 4; ++j) values.push_back(static_cast<float>(p[1] * std::sin(t + j)));
  return values;
}

/// Samples in an order that is scripted: `count` ids that look random but are the same everywhere.
inline std::vector<SampleId> scripted_ids(const Study& study, std::size_t count) {
  Random random(99);
  std::vector<SampleId> ids;
  for (std::size_t k = 0; k < count; ++k) {
    ids.push_back({random.below(study.simulation.count), random.below(study.simulation.steps)});
  }
  return ids;
}

/// Gives its samples in order, `at_most` a draw, then is over, unless `readiness` says otherwise.
class ScriptedSource final : public SampleSource {
 public:
  ScriptedSource(const Study& study, std::vector<SampleId> ids, std::size_t at_most = 1'000'000)
      : study_(study), ids_(std::move(ids)), at_most_(at_most) {}

  std::function<Readiness(std::size_t left)> readiness = [](std::size_t left) {
    return left > 0 ? Readiness::ready : Readiness::over;
  };
  std::size_t left() const { return ids_.size() - next_; }

  Offer offer(std::size_t batch) override {
    const Readiness now = readiness(left());
    const bool gives = now == Readiness::ready || now == Readiness::full;
    return {now, gives ? std::min({batch, at_most_, left()}) : 0};
  }
  void wait(Duration) override {}
  void draw(std::size_t count, Batch& batch) override { next_ += peek(count, batch); }
  std::size_t peek(std::size_t count, Batch& batch) override {
    count = std::min(count, left());
    batch.ids.assign(ids_.begin() + static_cast<std::ptrdiff_t>(next_),
                     ids_.begin() + static_cast<std::ptrdiff_t>(next_ + count));
    batch.times = times_of(study_.simulation.time, batch.ids);
    batch.parameters.clear();
    float* row = batch.targets;
    for (const auto& id : batch.ids) {
      const auto parameters = parameters_of(study_, id.sim);
      batch.parameters.insert(batch.parameters.end(), parameters.begin(), parameters.end());
      const auto values = values_of(study_, id);
      copy_row(values, batch.scales, row);
      row += values.size();
    }
    return count;
  }
  void go_on_after(std::size_t batches, std::size_t batch) override {
    next_ = std::min(batches * std::min(batch, at_most_), ids_.size());
  }
  Occupancy occupancy() const override { return {.unseen = left(), .seen = next_}; }

 private:
  const Study& study_;
  std::vector<SampleId> ids_;
  std::size_t at_most_, next_ = 0;
};

/// Asks to stop after `give_up` rounds, so that a training that would never end fails its test
/// instead of hanging.
class PatientParticipant final : public RoundParticipant {
 public:
  explicit PatientParticipant(std::size_t give_up = 100'000) : give_up_(give_up) {}
  std::function<void(const Agreed&)> after = [](const Agreed&) {};

  RoundInput before_round() override {
    return {.stop = ++rounds_ > give_up_, .reception_over = false, .events = {}};
  }
  void after_round(const Agreed& agreed) override { after(agreed); }

 private:
  std::size_t give_up_, rounds_ = 0;
};

struct Record {
  std::size_t batch;
  std::map<std::string, double> values;
  std::vector<FieldRecord> fields = {};
};

class RememberingMetrics final : public Metrics {
 public:
  std::map<std::string, std::vector<Record>> records;
  std::size_t looks = 0;  ///< whether something is due

  void record(std::string_view kind, std::size_t step,
              const std::vector<std::pair<std::string, double>>& values) override {
    records[std::string(kind)].push_back({step, {values.begin(), values.end()}, {}});
  }
  void record_fields(std::string_view kind, std::size_t step,
                     const std::vector<std::pair<std::string, double>>& values,
                     const std::vector<FieldRecord>& fields) override {
    records[std::string(kind)].push_back({step, {values.begin(), values.end()}, fields});
  }
  void histogram(std::string_view, std::size_t, const std::vector<double>&) override {}
  void flush() override {}
  void flush_when_due() override { ++looks; }
};

}  // namespace weir::test
