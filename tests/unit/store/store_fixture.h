#pragma once
// A small study, its design, and hands that put samples into a store: rows hold what their sample's
// name says.

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "server/sampling/design.h"
#include "server/store/sample_store.h"

namespace weir::test {

class FakeDesign final : public Design {
 public:
  std::optional<std::vector<double>> parameters(std::uint64_t sim) const override {
    return std::vector<double>{static_cast<double>(sim), static_cast<double>(sim) + 0.5};
  }
};

inline Study small_study(BufferKind kind, std::size_t capacity, std::size_t watermark) {
  Study study;
  study.seed = 1;
  study.simulation.count = 1000;
  study.simulation.steps = 100;
  study.simulation.fields = {Field{.name = "u", .shape = {4, 8}, .unit = ""},
                             Field{.name = "v", .shape = {3}, .unit = ""}};
  study.parameters = {Parameter{.name = "a", .lower = 0, .upper = 1, .unit = ""},
                      Parameter{.name = "b", .lower = 0, .upper = 1, .unit = ""}};
  study.buffer = {.kind = kind, .capacity = capacity, .watermark = watermark};
  return study;
}

/// What value `k` of a sample is; another for every sample and place.
inline float value_of(SampleId id, std::size_t k) {
  return static_cast<float>(id.sim * 5000 + id.step * 50 + k);
}

constexpr std::size_t sample_size = 4 * 8 + 3;

inline void fill_row(SampleStore& store, wire::Slot slot, SampleId id) {
  for (std::size_t k = 0; k < 32; ++k) store.row(slot, 0)[k] = value_of(id, k);
  for (std::size_t k = 0; k < 3; ++k) store.row(slot, 1)[k] = value_of(id, 32 + k);
}

inline wire::CommitStatus put(SampleStore& store, SampleId id) {
  const auto begin = store.begin(id);
  if (begin.status == wire::BeginStatus::duplicate) return wire::CommitStatus::duplicate;
  if (begin.status != wire::BeginStatus::begun)
    throw std::logic_error("there is no room to put it");
  fill_row(store, begin.slot, id);
  return store.commit(begin.slot);
}

/// A batch with its own room.
struct OwnedBatch : Batch {
  explicit OwnedBatch(std::size_t size) : values(size * sample_size) { targets = values.data(); }
  std::vector<float> values;
};

/// How many values of the batch are not those of its samples.
inline std::size_t wrong_values(const OwnedBatch& batch) {
  std::size_t wrong = 0;
  for (std::size_t b = 0; b < batch.ids.size(); ++b) {
    for (std::size_t k = 0; k < sample_size; ++k) {
      wrong += batch.values[b * sample_size + k] != value_of(batch.ids[b], k);
    }
    wrong += batch.parameters[2 * b] != static_cast<double>(batch.ids[b].sim);
    wrong += batch.parameters[2 * b + 1] != static_cast<double>(batch.ids[b].sim) + 0.5;
  }
  return wrong;
}

/// Of the two fields of small_study().
inline const FieldScales some_scales = {{.size = 32, .mean = 100.3F, .scale = 1 / 77.7F},
                                        {.size = 3, .mean = -2.5F, .scale = 0.3F}};

/// What a second pass over whole samples would make of them.
inline std::vector<float> scaled(std::vector<float> values) {
  for (std::size_t k = 0; k < values.size(); k += sample_size)
    copy_row({values.data() + k, sample_size}, some_scales, values.data() + k);
  return values;
}

// ---- cuts

using Rows = std::map<std::size_t, std::vector<float>>;  ///< by sample of the cut

/// All that the cut has still to give.
inline Rows read_rows(StoreCut& cut) {
  Rows rows;
  while (const auto sample = cut.next()) {
    rows[*sample].resize(cut.row_size());
    cut.read(*sample, rows[*sample]);
  }
  return rows;
}

/// Where rows lie that are all in one segment, in the order of the samples.
inline std::vector<RowPlace> places_of(const StoreState& state, std::uint64_t segment) {
  std::vector<RowPlace> places;
  for (std::uint64_t k = 0; k < state.samples.size(); ++k) places.push_back({segment, k});
  return places;
}

inline void restore(SampleStore& store, const StoreState& state, const Rows& rows) {
  store.restore(state, places_of(state, /*segment=*/1),
                [&](std::size_t sample, std::span<float> row) {
                  std::copy(rows.at(sample).begin(), rows.at(sample).end(), row.begin());
                });
}

}  // namespace weir::test
