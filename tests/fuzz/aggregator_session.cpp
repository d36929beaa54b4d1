// A server rank's sessions under four peers that say anything in any order.

#include "src/wire/aggregator_session.h"

#include <optional>
#include <set>
#include <vector>

#include "tests/fuzz/frames.h"

namespace weir::fuzz {
namespace {

using namespace weir::wire;

constexpr std::uint64_t study = 7, schema = 9, simulations = 4;
constexpr std::size_t steps = 6, slots = 3, inflight = 64;
const std::vector<std::size_t> field_sizes = {3, 5};

/// Checks that the session keeps to the rules of SampleSink.
class Sink final : public SampleSink {
 public:
  bool pinned = false;
  CommitStatus next_commit = CommitStatus::accepted;

  std::size_t room() const override {
    std::size_t free = 0;
    for (const auto& entry : entries_) free += entry.state == State::free ? 1 : 0;
    return free;
  }
  Begin begin(SampleId id) override {
    check(id.sim < simulations && id.step < steps, "only steps of the study begin");
    if (ledger_.count(id) == 1) return {BeginStatus::duplicate};
    refused_.reset();
    for (std::size_t k = 0; k < slots && !pinned; ++k) {
      if (entries_[k].state != State::free) continue;
      entries_[k].state = State::filling;
      entries_[k].id = id;
      return {BeginStatus::begun, static_cast<Slot>(k)};
    }
    return {BeginStatus::no_room};
  }
  float* row(Slot slot, std::size_t field) override {
    check(entries_.at(slot).state == State::filling || refused_ == slot,
          "rows are written while a slot is filled, and read after a refusal");
    return entries_[slot].rows.at(field).data();
  }
  CommitStatus commit(Slot slot) override {
    Entry& entry = entries_.at(slot);
    check(entry.state == State::filling, "only a slot that is filled is committed");
    entry.state = State::free;
    if (ledger_.count(entry.id) == 1) return CommitStatus::duplicate;
    if (next_commit == CommitStatus::refused) {
      refused_ = slot;
      return next_commit;
    }
    ledger_.insert(entry.id);
    if (next_commit == CommitStatus::accepted) entry.state = State::full;
    return next_commit;
  }
  void abandon(Slot slot) override {
    check(entries_.at(slot).state == State::filling, "only a slot that is filled is abandoned");
    entries_[slot].state = State::free;
  }
  std::vector<std::uint8_t> held(std::uint64_t sim) const override {
    std::vector<std::uint8_t> bits((steps + 7) / 8);
    for (const SampleId& id : ledger_)
      if (id.sim == sim) bits[id.step / 8] |= static_cast<std::uint8_t>(1u << (id.step % 8));
    return bits;
  }
  bool complete(std::uint64_t sim) const override {
    std::size_t known = 0;
    for (const SampleId& id : ledger_) known += id.sim == sim ? 1 : 0;
    return known == steps;
  }
  void consume() {
    for (auto& entry : entries_)
      if (entry.state == State::full) entry.state = State::free;
  }

 private:
  enum class State { free, filling, full };
  struct Entry {
    State state = State::free;
    SampleId id{};
    std::vector<std::vector<float>> rows = {std::vector<float>(field_sizes[0]),
                                            std::vector<float>(field_sizes[1])};
  };
  std::vector<Entry> entries_{slots};
  std::set<SampleId> ledger_;
  std::optional<Slot> refused_;
};

class Events final : public AggregatorEvents {
 public:
  std::optional<std::vector<double>> parameters(std::uint64_t sim) override {
    if (sim >= simulations) return std::nullopt;
    return std::vector<double>{0.5};
  }
  void connected(std::uint64_t, std::uint64_t) override {}
  void accepted(SampleId id) override {
    check(accepted_.insert(id).second, "no sample is accepted twice");
  }
  void completed(std::uint64_t) override {}
  void refused(std::uint64_t, const std::string&) override {}
  void lost(std::uint64_t, std::uint64_t) override {}
  void other(const Peer&, const Message&) override {}

 private:
  std::set<SampleId> accepted_;
};

AggregatorSettings settings() {
  AggregatorSettings settings;
  settings.study = study;
  settings.schema = schema;
  settings.steps = steps;
  settings.field_sizes = field_sizes;
  settings.inflight_bytes = inflight;
  settings.progress = std::chrono::seconds(30);
  return settings;
}

/// Mostly a message that the study's own clients could send, now and then any bytes.
Frame next_frame(Input& input) {
  const std::uint64_t sim = input.byte() % (simulations + 1);
  switch (input.byte() % 10) {
    case 8: {
      Hello hello{study, schema, sim, input.byte() % 3u, input.number(), {}};
      hello.part = input.byte() % 3;
      hello.parts = input.byte() % 4;
      hello.run = input.byte() % 2;
      return frame_of(hello);
    }
    case 9:
      return part_frame(input, sim);
    case 0:
    case 1:
      return frame_of(Hello{study, schema, sim, input.byte() % 3u, input.number(),
                            list_of<std::uint8_t>(input)});
    case 2:
      return frame_of(
          Want{input.number(), input.number(), input.number(), input.number(), input.number()});
    case 3:
    case 4:
    case 5:
      return data_frame(input, sim);
    case 6:
      return frame_of(End{sim, input.byte() % 3u, input.number(), input.number()});
    default:
      return raw_frame(input);
  }
}

class Run {
 public:
  Run()
      : session_(settings(), sink_, events_, [](const Peer&, Frame frame) {
          check(decode(*frame).ok(), "every answer is a message");
        }) {}

  void act(Input& input) {
    const std::uint8_t action = input.byte();
    switch (action % 8) {
      case 0:
        now_ += std::chrono::seconds(input.byte());
        return session_.tick(now_);
      case 1:
        sink_.pinned = (action & 8) != 0;
        sink_.next_commit = static_cast<CommitStatus>(input.byte() % 4);
        return sink_.consume();
      case 2:
        if ((action & 8) != 0) return session_.published();
        return session_.fence(input.byte() % simulations, input.byte() % 4);
      default:
        say(Peer(1, static_cast<char>('a' + (action >> 6))), *next_frame(input));
    }
  }
  void check_bounds() const {
    const auto counters = session_.counters();
    const std::size_t bound =
        std::max(inflight, largest_chunk_);  // a larger chunk is granted alone
    check(counters.clients <= 4, "a peer has one session");
    check(counters.inflight_bytes <= bound, "credit is within its budget");
    check(counters.waiting_bytes <= bound, "what waits was granted");
  }

 private:
  void say(const Peer& peer, Bytes frame) {
    const auto result = decode(frame);
    if (result.ok()) {
      const auto* want = std::get_if<Want>(&std::get<Decoded>(result.value).message);
      if (want != nullptr && want->chunk <= max_chunk_bytes)
        largest_chunk_ = std::max<std::size_t>(largest_chunk_, want->chunk);
    }
    session_.receive(peer, frame, now_);
  }

  std::size_t largest_chunk_ = 0;
  Time now_{};
  Sink sink_;
  Events events_;
  AggregatorSession session_;
};

}  // namespace
}  // namespace weir::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::fuzz::Input input(data, size);
  weir::fuzz::Run run;
  for (int actions = 0; !input.empty() && actions < 400; ++actions) {
    run.act(input);
    run.check_bounds();
  }
  return 0;
}
