#include "tests/unit/wire/simulated_client.h"

#include <algorithm>

#include "src/wire/bitmap.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire::test {

using namespace std::chrono_literals;

SimulatedClient::SimulatedClient(const Plan& plan, std::uint64_t sim, std::uint64_t attempt,
                                 MemoryNetwork& network, const Endpoints& endpoints, Time now)
    : plan_(plan),
      sim_(sim),
      attempt_(attempt),
      network_(network),
      channel_(network.connect(endpoints.ranks)),
      epoch_(endpoints.epoch),
      welcomes_(plan.ranks),
      next_step_(plan.fields.size()) {
  for (std::size_t rank = 0; rank < plan.ranks; ++rank) {
    ClientSettings settings;
    settings.sim = sim;
    settings.attempt = attempt;
    settings.rank = rank;
    settings.epoch = epoch_;
    settings.sample_bytes = plan.sample_bytes;
    auto send = [this, rank](Frame frame) { channel_->send(rank, std::move(frame)); };
    sessions_.push_back(std::make_unique<ClientSession>(settings, send));
    sessions_.back()->start(now);
  }
}

bool SimulatedClient::run(Time now, Random& random, const Endpoints& endpoints) {
  now_ = now;
  const bool heard = receive(now);
  follow(now, endpoints);
  if (random.below(4) != 0) note_welcomes();
  if (!begun_) begin(random);
  if (begun_ && random.below(3) != 0) send_next(now, random);
  for (const auto& session : sessions_) session->tick(now);
  return heard;
}

bool SimulatedClient::receive(Time now) {
  bool heard = false;
  while (const auto received = channel_->try_receive()) {
    sessions_[received->server_rank()]->receive(received->bytes(), now);
    heard = true;
  }
  return heard;
}

void SimulatedClient::follow(Time now, const Endpoints& endpoints) {
  if (now < next_look_) return;
  next_look_ = now + (quiet(now) ? 1s : 10s);
  if (endpoints.epoch <= epoch_) return;
  epoch_ = endpoints.epoch;
  channel_ = network_.connect(endpoints.ranks);
  for (const auto& session : sessions_) session->follow(epoch_, now);
}

bool SimulatedClient::quiet(Time now) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [now](const auto& session) {
    return session->state() == ClientState::connecting ||
           (session->state() == ClientState::open && now - session->last_heard() >= 2s);
  });
}

void SimulatedClient::note_welcomes() {
  for (std::size_t rank = 0; rank < sessions_.size(); ++rank)
    welcomes_[rank] = sessions_[rank]->welcome();
}

/// weir_init has returned when every rank has welcomed the client.
void SimulatedClient::begin(Random& random) {
  begun_ = std::all_of(sessions_.begin(), sessions_.end(),
                       [](const auto& s) { return s->state() == ClientState::open; });
  if (!begun_) return;
  note_welcomes();
  if (!plan_.own_checkpoints) return;
  const std::uint64_t start = random.below(resume_step() + 1);
  for (std::uint64_t step = 0; step < start; ++step) pass(step);
  next_step_.assign(next_step_.size(), start);
}

std::uint64_t SimulatedClient::resume_step() const {
  std::uint64_t step = 0;
  while (step < plan_.steps && has_bit(welcomes_[rank_of_step(step)].durable, step)) ++step;
  return step;
}

std::size_t SimulatedClient::rank_of_step(std::uint64_t step) const {
  return rank_of({sim_, step}, plan_.ranks);
}

bool SimulatedClient::holds(std::uint64_t step) const {
  return has_bit(welcomes_[rank_of_step(step)].held, step);
}

bool SimulatedClient::done() const {
  return std::all_of(next_step_.begin(), next_step_.end(),
                     [this](auto step) { return step == plan_.steps; });
}

void SimulatedClient::send_next(Time now, Random& random) {
  if (done()) {
    if (end_said_ || unaccepted() > 0) return;
    for (const auto& session : sessions_) session->end(plan_.steps, /*digest=*/0);
    end_said_ = now;
    return;
  }
  const std::size_t field = choose_field(random);
  const std::uint64_t step = next_step_[field];
  if (holds(step)) {
    pass(step);
  } else if (reserve(step)) {
    send(step, field);
  } else {
    return;
  }
  ++next_step_[field];
}

/// One that is furthest behind, or no more than a step ahead of it.
std::size_t SimulatedClient::choose_field(Random& random) const {
  const std::uint64_t least = *std::min_element(next_step_.begin(), next_step_.end());
  std::size_t field = 0;
  do {
    field = random.below(next_step_.size());
  } while (next_step_[field] > least + 1 || next_step_[field] == plan_.steps);
  return field;
}

void SimulatedClient::pass(std::uint64_t step) {
  reserved_.erase(step);
  sessions_[rank_of_step(step)]->pass(step);
}

bool SimulatedClient::reserve(std::uint64_t step) {
  if (reserved_.contains(step)) return true;
  std::size_t used = unaccepted();
  for (const auto& [begun, bytes] : reserved_) used += bytes;
  if (used > 0 && used + plan_.sample_bytes > plan_.window) return false;
  reserved_[step] = plan_.sample_bytes;
  return true;
}

void SimulatedClient::send(std::uint64_t step, std::size_t field) {
  const std::size_t size = plan_.fields[field];
  for (std::size_t offset = 0; offset < size; offset += plan_.largest_chunk) {
    const auto count = std::min(plan_.largest_chunk, size - offset);
    sessions_[rank_of_step(step)]->enqueue(
        step, chunk({sim_, step}, attempt_, static_cast<std::uint32_t>(field), offset, count));
  }
  const auto reserved = reserved_.find(step);
  reserved->second -= size * sizeof(float);
  if (reserved->second == 0) reserved_.erase(reserved);
}

std::size_t SimulatedClient::unaccepted() const {
  std::size_t bytes = 0;
  for (const auto& session : sessions_) bytes += session->unaccepted_bytes();
  return bytes;
}

/// weir_finalize waits for the answers to END, but not for long.
bool SimulatedClient::ended() const {
  const bool answered = std::all_of(sessions_.begin(), sessions_.end(),
                                    [](const auto& s) { return s->state() == ClientState::ended; });
  return answered || (end_said_ && now_ - *end_said_ >= 10s);
}

std::optional<Reject> SimulatedClient::rejection() const {
  for (const auto& session : sessions_) {
    if (session->state() == ClientState::rejected) return session->reject();
  }
  return std::nullopt;
}

}  // namespace weir::wire::test
