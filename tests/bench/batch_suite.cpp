#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "server/samples/normalisation.h"
#include "server/sampling/design.h"
#include "server/store/sample_store.h"
#include "server/store/slot_rows.h"
#include "src/core/random.h"
#include "tests/bench/in_turn.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

constexpr std::size_t batch_size = 10, slab_bytes = std::size_t{512} << 20;

class OneParameter final : public Design {
 public:
  std::optional<std::vector<double>> parameters(std::uint64_t) const override {
    return std::vector<double>{0.5};
  }
};

Study study_of(std::size_t values, std::size_t slots) {
  Study study;
  study.simulation.count = 1;
  study.simulation.steps = slots;
  study.simulation.fields = {{"u", {values}, ""}};
  study.parameters = {{"a", 0, 1, ""}};
  study.buffer = {.kind = BufferKind::reservoir, .capacity = slots, .watermark = 0};
  study.training.normalisation.kind = NormalisationKind::given;
  study.training.normalisation.fields = {{"u", {1, 2}}};
  return study;
}

/// A full reservoir, its batches, and as many random rows by memcpy.
class Rows {
 public:
  Rows(std::size_t values, std::size_t slots)
      : values_(values),
        study_(study_of(values, slots)),
        normalisation_(make_normalisation(study_)),
        store_(study_, design_, /*rank=*/0, /*ranks=*/1),
        slots_(slots),
        rows_(study_),
        targets_(batch_size * values) {
    for (std::size_t step = 0; step < slots; ++step) {
      const auto slot = store_.begin({0, step}).slot;
      std::fill_n(store_.row(slot, 0), values, 1.0F);
      store_.commit(slot);
    }
    for (Slot slot = 0; slot < slots; ++slot) std::fill_n(rows_.arriving(slot, 0), values, 1.0F);
    batch_.targets = targets_.data();
  }

  void draw() {
    batch_.number += 1;
    batch_.ids.clear();
    store_.offer(batch_size);
    store_.draw(batch_size, batch_);
  }
  void draw_normalised() {
    set_scales(normalisation_, batch_.scales);
    draw();
  }
  /// Of slots that are known: what is left of a batch without its draw.
  void assemble() {
    std::array<Slot, batch_size> slots;
    for (Slot& slot : slots) rows_.prefetch(slot = static_cast<Slot>(random_.below(slots_)));
    set_scales(normalisation_, batch_.scales);
    for (std::size_t k = 0; k < batch_size; ++k)
      rows_.copy_target(slots[k], targets_.data() + k * values_, batch_.scales);
  }
  void copy() {
    for (std::size_t k = 0; k < batch_size; ++k)
      std::memcpy(targets_.data() + k * values_,
                  rows_.arriving(static_cast<Slot>(random_.below(slots_)), 0),
                  values_ * sizeof(float));
  }

 private:
  const std::size_t values_;
  const Study study_;
  const Normalisation normalisation_;
  const OneParameter design_;
  SampleStore store_;
  const std::size_t slots_;
  SlotRows rows_;  ///< as the store's
  std::vector<float> targets_;
  Random random_{/*seed=*/1};
  Batch batch_;
};

void measure(Reporter& reporter, const Options& options, std::size_t values, std::size_t bytes) {
  const std::string name = std::to_string(values) + "values";
  const std::vector<std::string> cases = {"draw/", "normalised/", "assembled/"};
  if (std::none_of(cases.begin(), cases.end(),
                   [&](const auto& what) { return options.wants(what + name); }))
    return;
  const std::size_t row = values * sizeof(float);
  Rows rows(values, std::max(2 * batch_size, bytes / row));
  const std::size_t batches = std::max<std::size_t>(1, bytes / 8 / (batch_size * row));
  const auto rate = [&](const std::function<void()>& once) {
    const double seconds = seconds_of([&] {
      for (std::size_t k = 0; k < batches; ++k) once();
    });
    return static_cast<double>(batches * batch_size * row) / seconds / 1e9;
  };
  const auto report = [&](const std::string& what, const std::function<void()>& once) {
    if (!options.wants(what + name)) return;
    const auto [value, reference] = in_turn(
        options.quick ? 1 : 7, [&] { return rate(once); },
        [&] { return rate([&] { rows.copy(); }); });
    reporter.report({what + name, value, "GB/s", reference});
  };
  report("draw/", [&] { rows.draw(); });
  report("normalised/", [&] { rows.draw_normalised(); });
  report("assembled/", [&] { rows.assemble(); });
}

}  // namespace

void batch_suite(Reporter& reporter, const Options& options) {
  const std::size_t bytes = options.quick ? std::size_t{1} << 20 : slab_bytes;
  for (const std::size_t values : {100, 10'000, 1'000'000})
    if (!options.quick || values < 1'000'000) measure(reporter, options, values, bytes);
}

}  // namespace weir::bench
