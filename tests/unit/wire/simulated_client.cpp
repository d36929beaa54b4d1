#include "tests/unit/wire/simulated_client.h"

#include <algorithm>

#include "src/wire/bitmap.h"
#include "tests/unit/wire/wire_fakes.h"

namespace weir::wire::test {

using namespace std::chrono_literals;

SimulatedClient::SimulatedClient(const Plan& plan, std::uint64_t sim, std::uint64_t attempt,
                                 std::size_t part, SimulatedRanks& solver, MemoryNetwork& network,
                                 const Endpoints& endpoints, Time now)
    : plan_(plan),
      sim_(sim),
      attempt_(attempt),
      part_(part),
      solver_(solver),
      network_(network),
      channel_(network.connect(endpoints.ranks)),
      epoch_(endpoints.epoch),
      welcomes_(plan.ranks),
      next_step_(plan.fields.size()) {
  for (std::size_t rank = 0; rank < plan.ranks; ++rank) {
    ClientSettings settings;
    settings.sim = sim;
    settings.attempt = attempt;
    settings.part = part;
    settings.parts = plan.parts;
    settings.rank = rank;
    settings.epoch = epoch_;
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

/// weir_init has returned when every server rank has welcomed every part.
void SimulatedClient::begin(Random& random) {
  if (!solver_.open[part_]) {
    solver_.open[part_] = std::all_of(sessions_.begin(), sessions_.end(), [](const auto& s) {
      return s->state() == ClientState::open;
    });
    if (!solver_.open[part_]) return;
    note_welcomes();
    solver_.resume[part_] = resume_step();
  }
  begun_ = std::all_of(solver_.open.begin(), solver_.open.end(), [](bool open) { return open; });
  if (!begun_ || !plan_.own_checkpoints) return;
  const auto resume = *std::min_element(solver_.resume.begin(), solver_.resume.end());
  if (!solver_.start) solver_.start = random.below(resume + 1);
  for (std::uint64_t step = 0; step < *solver_.start; ++step) pass(step);
  next_step_.assign(next_step_.size(), *solver_.start);
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
  if (done()) return end(now);
  const std::size_t call = solver_.returned[part_];
  if (*std::min_element(solver_.returned.begin(), solver_.returned.end()) < call) return;
  if (call == solver_.fields.size()) {
    const std::size_t next = choose_field(random);
    if (!holds(next_step_[next]) && !reserve(next_step_[next])) return;
    solver_.fields.push_back(next);
  }
  const std::size_t field = solver_.fields[call];
  const std::uint64_t step = next_step_[field];
  if (!holds(step) && !reserve(step)) return;
  solver_.room[part_] = call + 1;
  if (*std::min_element(solver_.room.begin(), solver_.room.end()) <= call) return;
  if (holds(step)) {
    pass(step);
  } else if (reserve(step)) {
    send(step, field);
  } else {
    return;
  }
  ++next_step_[field];
  ++solver_.returned[part_];
}

/// None takes leave while another waits.
void SimulatedClient::end(Time now) {
  if (unaccepted() == 0) solver_.drained[part_] = true;
  const auto& drained = solver_.drained;
  if (end_said_ || std::find(drained.begin(), drained.end(), false) != drained.end()) return;
  for (const auto& session : sessions_) session->end(plan_.steps, /*digest=*/0);
  end_said_ = now;
}

/// One that is furthest behind, or, where there is room, no more than a step ahead of it.
std::size_t SimulatedClient::choose_field(Random& random) const {
  const std::uint64_t least = *std::min_element(next_step_.begin(), next_step_.end());
  std::size_t field = 0;
  do {
    field = random.below(next_step_.size());
  } while (next_step_[field] > least + (plan_.in_turn ? 0 : 1) || next_step_[field] == plan_.steps);
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
  if (used > 0 && used + sample_bytes() > plan_.window / plan_.parts) return false;
  reserved_[step] = sample_bytes();
  return true;
}

void SimulatedClient::send(std::uint64_t step, std::size_t field) {
  std::size_t size = plan_.fields[field];
  if (plan_.parts > 1) {
    size = values_of(share_of(field));
    send_share(step, field);
  } else {
    for (std::size_t offset = 0; offset < size; offset += plan_.largest_chunk) {
      const auto count = std::min(plan_.largest_chunk, size - offset);
      sessions_[rank_of_step(step)]->enqueue(
          step, chunk({sim_, step}, attempt_, static_cast<std::uint32_t>(field), offset, count));
    }
  }
  const auto reserved = reserved_.find(step);
  reserved->second -= size * sizeof(float);
  const bool last = std::all_of(next_step_.begin(), next_step_.end(), [&](const auto& next) {
    return next > step || (next == step && &next == &next_step_[field]);
  });
  if (last) reserved_.erase(reserved);
}

void SimulatedClient::send_share(std::uint64_t step, std::size_t field) {
  for (const auto& [position, box] : divided(share_of(field), plan_.largest_chunk)) {
    sessions_[rank_of_step(step)]->enqueue(
        step, part_chunk({sim_, step}, attempt_, static_cast<std::uint32_t>(field), box, position));
  }
}

/// Columns of two rows where the field is divisible by them, else a stretch of it; parts may have
/// nothing.
Box SimulatedClient::share_of(std::size_t field) const {
  const std::uint64_t size = plan_.fields[field], rows = size % 2 == 0 ? 2 : 1;
  const std::uint64_t columns = size / rows;
  const std::uint64_t first = columns * part_ / plan_.parts;
  return {{rows, rows, 0}, {columns, columns * (part_ + 1) / plan_.parts - first, first}};
}

std::size_t SimulatedClient::sample_bytes() const {
  if (plan_.parts == 1) return plan_.sample_bytes;
  std::size_t bytes = 0;
  for (std::size_t field = 0; field < plan_.fields.size(); ++field)
    bytes += values_of(share_of(field)) * sizeof(float);
  return bytes;
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

// ---- SimulatedSolver

SimulatedSolver::SimulatedSolver(const Plan& plan, std::uint64_t sim, std::uint64_t attempt,
                                 MemoryNetwork& network, const Endpoints& endpoints, Time now)
    : sim_(sim), attempt_(attempt) {
  solver_.returned.resize(plan.parts);
  solver_.room.resize(plan.parts);
  solver_.open.resize(plan.parts);
  solver_.drained.resize(plan.parts);
  solver_.resume.resize(plan.parts);
  for (std::size_t part = 0; part < plan.parts; ++part) {
    parts_.push_back(std::make_unique<SimulatedClient>(plan, sim, attempt, part, solver_, network,
                                                       endpoints, now));
  }
}

bool SimulatedSolver::run(Time now, Random& random, const Endpoints& endpoints) {
  bool heard = false;
  for (const auto& part : parts_) heard = part->run(now, random, endpoints) || heard;
  return heard;
}

void SimulatedSolver::lose_part(Random& random) {
  lost_ = true;
  parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(random.below(parts_.size())));
}

bool SimulatedSolver::ended() const {
  return !lost_ &&
         std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return part->ended(); });
}

std::optional<Reject> SimulatedSolver::rejection() const {
  for (const auto& part : parts_) {
    if (const auto why = part->rejection()) return why;
  }
  return std::nullopt;
}

}  // namespace weir::wire::test
