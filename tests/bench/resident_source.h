#pragma once
// Samples that lie in memory from the start: a training without ingest.

#include <cstddef>
#include <span>
#include <vector>

#include "server/samples/field_scales.h"
#include "server/samples/sample_source.h"
#include "src/core/random.h"
#include "src/study/study.h"
#include "tests/bench/noise.h"

namespace weir::bench {

/// As many rows as the study's buffer has slots, drawn uniformly, for ever. They are noise, which
/// no network learns: gradients that vanish would be denormal numbers, which are slow.
class ResidentSource final : public SampleSource {
 public:
  explicit ResidentSource(const Study& study)
      : parameters_(study.parameters.size()),
        values_(study.simulation.sample_size()),
        rows_(noise(study.buffer.capacity * values_)) {}

  Offer offer(std::size_t batch) override { return {Readiness::ready, batch}; }
  void wait(Duration) override {}
  void draw(std::size_t count, Batch& batch) override {
    batch.parameters.clear();
    batch.times.clear();
    batch.slots.clear();
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t row = random_.below(rows_.size() / values_);
      batch.ids.push_back({0, row});
      if (batch.keeper != nullptr) keep(row, batch);
      for (std::size_t p = 0; p < parameters_; ++p)
        batch.parameters.push_back(100 + 400 * random_.uniform());
      batch.times.push_back(static_cast<double>(row));
      if (batch.keeper == nullptr)
        copy_row({rows_.data() + row * values_, values_}, batch.scales,
                 batch.targets + k * values_);
    }
    if (batch.keeper != nullptr) batch.keeper->settle();
  }
  std::size_t peek(std::size_t, Batch&) override { return 0; }
  std::vector<std::span<float>> memory() override { return {rows_}; }
  Occupancy occupancy() const override { return {}; }

 private:
  void keep(std::size_t row, Batch& batch) {
    const auto slot = static_cast<Slot>(row);
    batch.slots.push_back(slot);
    if (!batch.keeper->holds(slot, {0, row}))
      batch.keeper->keep(slot, 0, {rows_.data() + row * values_, values_});
  }

  const std::size_t parameters_, values_;
  std::vector<float> rows_;
  Random random_{/*seed=*/1};
};

}  // namespace weir::bench
