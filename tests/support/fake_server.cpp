#include "tests/support/fake_server.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "src/core/study_directory.h"
#include "src/wire/aggregator_session.h"
#include "src/wire/bitmap.h"
#include "src/wire/zmq_channel.h"

namespace weir::test {
namespace {

constexpr std::uint64_t study_id = 7, schema_hash = 11;

std::size_t sample_size(const FakeStudy& study) {
  std::size_t values = 0;
  for (const auto& field : study.fields) values += field.size;
  return values;
}

class Events final : public wire::AggregatorEvents {
 public:
  explicit Events(const FakeStudy& study) : study_(study) {}
  std::optional<std::vector<double>> parameters(std::uint64_t sim) override {
    if (sim >= study_.simulations) return std::nullopt;
    return study_.parameters;
  }
  void connected(std::uint64_t, std::uint64_t) override { ++connections; }
  void accepted(SampleId) override {}
  void completed(std::uint64_t) override {}
  void refused(std::uint64_t, const std::string&) override {}
  void lost(std::uint64_t, std::uint64_t) override {}
  void other(const wire::Peer&, const wire::Message&) override {}

  std::atomic<std::size_t> connections = 0;

 private:
  const FakeStudy& study_;
};

wire::AggregatorSettings settings_of(const FakeStudy& study, std::size_t rank) {
  wire::AggregatorSettings settings;
  settings.study = study_id;
  settings.schema = schema_hash;
  settings.epoch = study.epoch;
  settings.rank = rank;
  settings.ranks = study.ranks;
  settings.steps = study.steps;
  settings.times = study.times;
  for (const auto& field : study.fields) settings.field_sizes.push_back(field.size);
  return settings;
}

}  // namespace

// ---- FakeSink

FakeSink::FakeSink(const FakeStudy& study, std::size_t rank)
    : study_(study), rank_(rank), room_(study.room) {
  for (const SampleId& id : study.held) {
    if (rank_of(id, study.ranks) == rank) samples_[id] = {};
  }
}

std::size_t FakeSink::room() const {
  const std::lock_guard lock(mutex_);
  return room_;
}

wire::Begin FakeSink::begin(SampleId id) {
  const std::lock_guard lock(mutex_);
  if (samples_.contains(id)) return {wire::BeginStatus::duplicate};
  if (room_ == 0) return {wire::BeginStatus::no_room};
  --room_;
  filling_[next_slot_] = {id, std::vector<float>(sample_size(study_))};
  return {wire::BeginStatus::begun, next_slot_++};
}

float* FakeSink::row(wire::Slot slot, std::size_t field) {
  const std::lock_guard lock(mutex_);
  std::size_t offset = 0;
  for (std::size_t before = 0; before < field; ++before) offset += study_.fields[before].size;
  return filling_.at(slot).values.data() + offset;
}

void FakeSink::set_time(wire::Slot slot, double time) {
  const std::lock_guard lock(mutex_);
  filling_.at(slot).time = time;
}

wire::CommitStatus FakeSink::commit(wire::Slot slot) {
  const std::lock_guard lock(mutex_);
  auto& filled = filling_.at(slot);
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(filled.values.begin(), filled.values.end(), finite))
    return wire::CommitStatus::refused;  // its row may still be read
  if (filled.time) times_[filled.id] = *filled.time;
  const bool unique = samples_.emplace(filled.id, std::move(filled.values)).second;
  filling_.erase(slot);
  changed_.notify_all();
  return unique ? wire::CommitStatus::accepted : wire::CommitStatus::duplicate;
}

void FakeSink::abandon(wire::Slot slot) {
  const std::lock_guard lock(mutex_);
  filling_.erase(slot);
  ++room_;
}

std::vector<std::uint8_t> FakeSink::held(std::uint64_t sim) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint8_t> bitmap((study_.steps + 7) / 8);
  for (const auto& [id, values] : samples_) {
    if (id.sim == sim) bitmap[id.step / 8] |= static_cast<std::uint8_t>(1u << (id.step % 8));
  }
  return bitmap;
}

std::vector<std::uint8_t> FakeSink::durable(std::uint64_t sim) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint8_t> bitmap;
  for (const auto& id : durable_) {
    if (id.sim == sim) wire::set_bit(bitmap, id.step);
  }
  return bitmap;
}

bool FakeSink::complete(std::uint64_t sim) const {
  const std::lock_guard lock(mutex_);
  std::size_t held = 0;
  for (const auto& [id, values] : samples_) held += id.sim == sim ? 1 : 0;
  return held == steps_on_rank(sim, study_.steps, rank_, study_.ranks);
}

void FakeSink::give_room(std::size_t samples) {
  const std::lock_guard lock(mutex_);
  room_ += samples;
}

void FakeSink::publish() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, values] : samples_) durable_.insert(id);
}

void FakeSink::hold(SampleId id) {
  const std::lock_guard lock(mutex_);
  samples_[id] = {};
}

std::optional<std::vector<float>> FakeSink::sample(SampleId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = samples_.find(id);
  if (found == samples_.end()) return std::nullopt;
  return found->second;
}

std::optional<double> FakeSink::time(SampleId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = times_.find(id);
  if (found == times_.end()) return std::nullopt;
  return found->second;
}

std::size_t FakeSink::accepted() const {
  const std::lock_guard lock(mutex_);
  return samples_.size();
}

bool FakeSink::wait_for_accepted(std::size_t samples, double seconds) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                           [&] { return samples_.size() >= samples; });
}

// ---- FakeServer

struct FakeServer::Rank {
  Rank(const FakeStudy& study, std::size_t rank, const std::filesystem::path& folder)
      : sink(study, rank),
        events(study),
        channel(wire::bind_zmq_channel(study.tcp ? "tcp://127.0.0.1:*"
                                                 : wire::ipc_address(folder, rank))),
        session(settings_of(study, rank), sink, events,
                [this](const wire::Peer& peer, wire::Frame frame) {
                  channel->send(peer, std::move(frame));
                }) {}
  ~Rank() {
    stop = true;
    channel->wake();
    if (thread.joinable()) thread.join();
  }

  void serve() {
    while (!stop) {
      while (const auto received = channel->try_receive()) {
        const auto decoded = wire::decode(received->bytes());
        const auto* known = std::get_if<wire::Decoded>(&decoded.value);
        if (known != nullptr && std::holds_alternative<wire::End>(known->message)) ++ends;
        session.receive(received->peer(), received->bytes(), std::chrono::steady_clock::now());
      }
      session.tick(std::chrono::steady_clock::now());
      channel->wait(std::chrono::milliseconds(5));  // room may have come, and nobody tells
    }
  }

  FakeSink sink;
  Events events;
  std::unique_ptr<wire::ServerChannel> channel;
  wire::AggregatorSession session;
  std::atomic<std::size_t> ends = 0;
  std::atomic<bool> stop = false;
  std::thread thread;
};

FakeServer::FakeServer(const std::filesystem::path& study_directory, const FakeStudy& study)
    : study_(study) {
  const auto folder = StudyDirectory{study_directory}.run();
  posix_file_system().make_directories(folder, 0700);
  std::vector<std::string> endpoints;
  for (std::size_t rank = 0; rank < study_.ranks; ++rank) {
    ranks_.push_back(std::make_unique<Rank>(study_, rank, folder));
    endpoints.push_back(ranks_.back()->channel->endpoint());
  }
  for (auto& rank : ranks_) rank->thread = std::thread([served = rank.get()] { served->serve(); });
  write_fake_endpoints(study_directory, study_, endpoints);
}

FakeServer::~FakeServer() = default;

FakeSink& FakeServer::rank(std::size_t rank) { return ranks_[rank]->sink; }

std::optional<std::vector<float>> FakeServer::sample(SampleId id) const {
  return ranks_[rank_of(id, ranks_.size())]->sink.sample(id);
}

std::optional<double> FakeServer::time(SampleId id) const {
  return ranks_[rank_of(id, ranks_.size())]->sink.time(id);
}

std::size_t FakeServer::accepted() const {
  std::size_t samples = 0;
  for (const auto& rank : ranks_) samples += rank->sink.accepted();
  return samples;
}

std::size_t FakeServer::connected() const {
  std::size_t connections = 0;
  for (const auto& rank : ranks_) connections += rank->events.connections;
  return connections;
}

std::size_t FakeServer::ended() const {
  std::size_t ends = 0;
  for (const auto& rank : ranks_) ends += rank->ends;
  return ends;
}

void write_fake_endpoints(const std::filesystem::path& study_directory, const FakeStudy& study,
                          const std::vector<std::string>& endpoints) {
  wire::EndpointFile file;
  file.study = study_id;
  file.schema = schema_hash;
  file.epoch = study.epoch;
  file.endpoints = endpoints;
  file.fields = study.fields;
  file.steps = study.steps;
  file.stride = study.stride;
  file.times = study.times;
  for (const double value : study.parameters) file.parameters.push_back(std::to_string(value));
  file.window_bytes = study.window_bytes;
  file.timeout = study.timeout;
  const StudyDirectory directory{study_directory};
  posix_file_system().make_directories(directory.run(), 0700);
  wire::write_endpoint_file(posix_file_system(), directory.endpoint(), file);
}

}  // namespace weir::test
