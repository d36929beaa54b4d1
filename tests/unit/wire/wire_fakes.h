#pragma once
// What a session's tests put around it: a sink with little room, events that are written down,
// chunks with known values.

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "src/wire/aggregator_session.h"
#include "src/wire/bitmap.h"
#include "src/wire/channel.h"
#include "src/wire/sample_sink.h"

namespace weir::wire::test {

/// The value that a solver would send there.
inline float value_of(SampleId id, std::size_t field, std::size_t index) {
  return static_cast<float>((id.sim * 31 + id.step * 7 + field * 3 + index) % 1009);
}

inline Frame chunk(SampleId id, std::uint64_t attempt, std::uint32_t field, std::size_t offset,
                   std::size_t count) {
  auto frame = std::make_shared<FrameBytes>(header_size + count * sizeof(float));
  encode_data_header({id.sim, attempt, id.step, field, offset, count},
                     std::span<std::byte, header_size>(frame->data(), header_size));
  for (std::size_t i = 0; i < count; ++i) {
    const float value = value_of(id, field, offset + i);
    std::memcpy(frame->data() + header_size + i * sizeof(float), &value, sizeof(float));
  }
  return frame;
}

/// A chunk of a part: the values that lie in `box`, from `position` of what the part has.
inline Frame part_chunk(SampleId id, std::uint64_t attempt, std::uint32_t field, const Box& box,
                        std::size_t position = 0, double time = 0) {
  Data data{id.sim, attempt, id.step, field, position, values_of(box)};
  data.time = time;
  data.box = box;
  const std::size_t prefix = data_prefix_size(data);
  auto frame = std::make_shared<FrameBytes>(prefix + data.count * sizeof(float));
  encode_data_prefix(data, std::span(frame->data(), prefix));
  for_each_run(box, [&](std::size_t source, std::size_t destination, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const float value = value_of(id, field, destination + i);
      std::memcpy(frame->data() + prefix + (source + i) * sizeof(float), &value, sizeof(float));
    }
  });
  return frame;
}

/// A whole field that is one value: NaN, say.
inline Frame chunk_of_value(SampleId id, std::uint32_t field, std::size_t count, float value) {
  auto frame = chunk(id, /*attempt=*/0, field, /*offset=*/0, count);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(frame->data() + header_size + i * sizeof(float), &value, sizeof(float));
  }
  return frame;
}

/// Holds `capacity` samples that are being filled or wait for consume(); checks every value on
/// commit.
class FakeSink final : public SampleSink {
 public:
  FakeSink(std::vector<std::size_t> field_sizes, std::size_t steps, std::size_t capacity,
           std::size_t rank = 0, std::size_t ranks = 1)
      : sizes_(std::move(field_sizes)),
        steps_(steps),
        rank_(rank),
        ranks_(ranks),
        slots_(capacity) {}

  std::size_t room() const override {
    std::size_t free = 0;
    for (const auto& slot : slots_) free += slot.state == State::free ? 1 : 0;
    return free;
  }
  Begin begin(SampleId id) override {
    if (ledger.contains(id)) return {BeginStatus::duplicate};
    for (std::size_t i = 0; i < slots_.size() && !pinned; ++i) {
      if (slots_[i].state != State::free) continue;
      slots_[i] = {State::filling, id, {}};
      for (const auto size : sizes_) slots_[i].rows.emplace_back(size, -1.0F);
      return {BeginStatus::begun, static_cast<Slot>(i)};
    }
    return {BeginStatus::no_room};
  }
  float* row(Slot slot, std::size_t field) override {
    return slots_.at(slot).rows.at(field).data();
  }
  void set_time(Slot slot, double time) override { times[slots_.at(slot).id].push_back(time); }
  CommitStatus commit(Slot slot) override {
    auto& s = slots_.at(slot);
    EXPECT_EQ(s.state, State::filling);
    s.state = State::free;
    if (ledger.contains(s.id)) return CommitStatus::duplicate;
    if (next_commit != CommitStatus::accepted) {
      if (next_commit == CommitStatus::dropped) ledger.insert(s.id);
      return next_commit;
    }
    check_values(s.id, s.rows);
    ledger.insert(s.id);
    s.state = State::full;
    return CommitStatus::accepted;
  }
  void abandon(Slot slot) override {
    EXPECT_EQ(slots_.at(slot).state, State::filling);
    slots_[slot].state = State::free;
    ++abandoned;
  }
  void forget(std::uint64_t sim) override { forgotten.insert(sim); }
  std::vector<std::uint8_t> held(std::uint64_t sim) const override {
    std::vector<std::uint8_t> bits((steps_ + 7) / 8);
    for (const auto& id : ledger) {
      if (id.sim == sim) bits[id.step / 8] |= static_cast<std::uint8_t>(1U << (id.step % 8));
    }
    return bits;
  }
  std::vector<std::uint8_t> durable(std::uint64_t sim) const override {
    ++durable_asked;
    Bitmap bits;
    for (const auto& id : published) {
      if (id.sim == sim) set_bit(bits, id.step);
    }
    return bits;
  }
  bool complete(std::uint64_t sim) const override {
    const auto first = ledger.lower_bound({sim, 0}), last = ledger.lower_bound({sim + 1, 0});
    return static_cast<std::size_t>(std::distance(first, last)) ==
           steps_on_rank(sim, steps_, rank_, ranks_);
  }

  /// The trainer took one sample, if there is one.
  void consume() {
    for (auto& slot : slots_) {
      if (slot.state != State::full) continue;
      slot.state = State::free;
      return;
    }
  }
  std::size_t filling() const {
    std::size_t count = 0;
    for (const auto& slot : slots_) count += slot.state == State::filling ? 1 : 0;
    return count;
  }

  std::set<SampleId> ledger;
  std::map<SampleId, std::vector<double>> times;  ///< said of each, as often as they were
  std::set<std::uint64_t> forgotten;              ///< simulations
  std::set<SampleId> published;                   ///< the ledger of the newest checkpoint
  mutable std::size_t durable_asked = 0;
  bool pinned = false;  ///< begin() finds no room, although room() promised it
  CommitStatus next_commit = CommitStatus::accepted;
  std::size_t abandoned = 0;

 private:
  enum class State { free, filling, full };
  struct Entry {
    State state = State::free;
    SampleId id;
    std::vector<std::vector<float>> rows;
  };

  void check_values(SampleId id, const std::vector<std::vector<float>>& rows) const {
    for (std::size_t field = 0; field < rows.size(); ++field) {
      for (std::size_t i = 0; i < rows[field].size(); ++i) {
        ASSERT_EQ(rows[field][i], value_of(id, field, i))
            << "sim " << id.sim << " step " << id.step << " field " << field << " value " << i;
      }
    }
  }

  std::vector<std::size_t> sizes_;
  std::size_t steps_, rank_, ranks_;
  std::vector<Entry> slots_;
};

class RecordedEvents final : public AggregatorEvents {
 public:
  std::optional<std::vector<double>> parameters(std::uint64_t sim) override {
    if (sim >= simulations) return std::nullopt;
    return std::vector<double>{static_cast<double>(sim), 0.5};
  }
  void connected(std::uint64_t sim, std::uint64_t attempt) override {
    connections.emplace_back(sim, attempt);
  }
  void accepted(SampleId id) override { ++accepted_times[id]; }
  void completed(std::uint64_t sim) override { ++completed_times[sim]; }
  void refused(std::uint64_t, const std::string& reason) override { refusals.push_back(reason); }
  void lost(std::uint64_t sim, std::uint64_t attempt) override {
    losses.emplace_back(sim, attempt);
  }
  void lacking(std::uint64_t sim, std::uint64_t attempt, std::uint64_t step) override {
    lacks.push_back({sim, attempt, step});
  }
  void stalled(std::uint64_t sim, std::uint64_t attempt) override {
    stalls.emplace_back(sim, attempt);
  }
  void other(const Peer&, const Message& message) override { others.push_back(message); }

  struct Lack {
    std::uint64_t sim, attempt, step;
    bool operator==(const Lack&) const = default;
  };

  std::uint64_t simulations = 1000;
  std::map<SampleId, int> accepted_times;
  std::map<std::uint64_t, int> completed_times;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> connections, losses, stalls;
  std::vector<Lack> lacks;
  std::vector<std::string> refusals;
  std::vector<Message> others;
};

/// The messages of a frame list that are an M.
template <class M>
std::vector<M> messages_of(const std::vector<Frame>& frames) {
  std::vector<M> found;
  for (const Frame& frame : frames) {
    const auto result = decode(*frame);
    if (!result.ok()) continue;
    const auto& decoded = std::get<Decoded>(result.value);
    if (const auto* message = std::get_if<M>(&decoded.message)) found.push_back(*message);
  }
  return found;
}

}  // namespace weir::wire::test
