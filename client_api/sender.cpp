#include "client_api/sender.h"

#include <algorithm>
#include <climits>
#include <numeric>
#include <utility>

#include "client_api/failure.h"
#include "src/core/failpoint.h"
#include "src/core/file_system.h"
#include "src/core/planted_bug.h"
#include "src/core/sample_id.h"
#include "src/core/study_directory.h"
#include "src/wire/bitmap.h"
#include "src/wire/study_channel.h"

namespace weir::client {
namespace {

std::string named(const std::string& field) { return "field '" + field + "'"; }

/// For large frames, where the server is on this machine: as large as the window, or a step that is
/// larger, and as much again for what has been accepted and waits for another use.
std::shared_ptr<wire::SharedArena> arena_for(const wire::EndpointFile& endpoint) {
  const auto& servers = endpoint.endpoints;
  if (servers.empty() || !servers.front().starts_with("ipc://")) return nullptr;
  std::size_t step_bytes = 0, most = 0;
  for (const auto& field : endpoint.fields) {
    step_bytes += field.size * sizeof(float);
    most = std::max(most, field.size * sizeof(float));
  }
  if (most < wire::SharedArena::least_bytes) return nullptr;  // none would come from there
  return wire::SharedArena::make(2 * std::max<std::size_t>(endpoint.window_bytes, step_bytes));
}

}  // namespace

Sender::Sender(const Environment& environment, const SolverPart& part)
    : environment_(environment),
      endpoint_(
          await_endpoint_file(posix_file_system(), environment.study_directory, endpoint_wait)),
      part_(part),
      arena_(arena_for(endpoint_)),
      pool_(arena_),
      next_step_(endpoint_.fields.size()) {
  for (const auto& field : endpoint_.fields)
    field_bytes_.push_back(field.size * sizeof(float) /
                           part_.parts);  // each a share, till it is known
  connect();
  welcomes_ = connection_->wait_until_open();
  check_welcomes();
  resume_step_ = first_not_durable();
}

void Sender::connect() {
  ConnectionSettings settings;
  settings.session.study = endpoint_.study;
  settings.session.schema = endpoint_.schema;
  settings.session.sim = environment_.sim;
  settings.session.attempt = environment_.attempt;
  settings.session.part = part_.part;
  settings.session.parts = part_.parts;
  settings.session.run = part_.run;
  settings.window_bytes = endpoint_.window_bytes / part_.parts;
  settings.timeout = timeout_of(endpoint_);
  FileSystem& files = posix_file_system();
  const StudyDirectory directory{environment_.study_directory};
  EndpointWatch watch(files, directory.endpoint(), endpoint_);
  connection_ = std::make_unique<Connection>(
      std::move(settings), endpoint_, std::move(watch),
      [&files, directory, arena = arena_](const wire::EndpointFile& endpoint) {
        return wire::connect_to_study(files, directory, endpoint, arena);
      });
}

void Sender::check_welcomes() const {
  for (std::size_t rank = 0; rank < welcomes_.size(); ++rank) {
    const auto& welcome = welcomes_[rank];
    if (welcome.ranks == welcomes_.size() && welcome.steps == endpoint_.steps) continue;
    throw Failure(WEIR_ERROR_ENVIRONMENT,
                  "server rank " + std::to_string(rank) + " has " + std::to_string(welcome.ranks) +
                      " ranks and " + std::to_string(welcome.steps) +
                      " steps, its endpoint file says " + std::to_string(welcomes_.size()) +
                      " and " + std::to_string(endpoint_.steps) +
                      "; the file is another server's: check WEIR_STUDY_DIR");
  }
}

std::uint64_t Sender::first_not_durable() const {
  for (std::uint64_t step = 0; step < endpoint_.steps; ++step) {
    const auto& welcome = welcomes_[server_rank(step)];
    const auto& kept = WEIR_BUG("resume_step_too_high") ? welcome.held : welcome.durable;
    if (!wire::has_bit(kept, step)) return step * stride();
  }
  return endpoint_.steps * stride();
}

void Sender::start_at(std::uint64_t step) {
  const bool sent =
      std::any_of(next_step_.begin(), next_step_.end(), [this](auto n) { return n > first_step_; });
  if (sent) {
    throw Failure(WEIR_ERROR_ARGUMENT,
                  "weir_start_at comes after a step was sent; call it before the first weir_send");
  }
  if (step > resume_step()) {
    throw Failure(WEIR_ERROR_ARGUMENT, "weir_start_at: step " + std::to_string(step) +
                                           " is later than weir_resume_step, which is " +
                                           std::to_string(resume_step()) +
                                           ": the server lacks steps between them");
  }
  const std::uint64_t next = (step + stride() - 1) / stride();
  for (std::uint64_t passed = 0; passed < next; ++passed) pass(passed);
  next_step_.assign(next_step_.size(), next);
  first_step_ = next;
}

void Sender::set_blocks(std::size_t field, std::vector<std::size_t> global,
                        std::vector<Block> blocks) {
  const auto& declared = endpoint_.fields[field];
  if (next_step_[field] > first_step_) {
    throw Failure(WEIR_ERROR_ARGUMENT, "weir_subarray of " + named(declared.name) +
                                           " comes after its first weir_send; call it before");
  }
  blocks_.insert_or_assign(
      field, BlockLayout(declared.name, declared.size, std::move(global), std::move(blocks)));
}

void Sender::judge(std::size_t field, std::span<const std::size_t> counts) const {
  throw_deferred();
  check_counts(field, counts);
  if (next_step_[field] < endpoint_.steps) return;
  throw Failure(WEIR_ERROR_STEPS, "step " + std::to_string(next_step_[field]) + " of " +
                                      named(endpoint_.fields[field].name) +
                                      " sent; the study has " + std::to_string(endpoint_.steps) +
                                      " steps, counted from 0" + stride_text());
}

bool Sender::admit(std::size_t field, double time, std::span<const std::size_t> counts) {
  judge(field, counts);
  if (counts.size() > 1 && endpoint_.fields[field].size > INT_MAX) {
    throw Failure(WEIR_ERROR_SIZE,
                  named(endpoint_.fields[field].name) + " has " +
                      std::to_string(endpoint_.fields[field].size) +
                      " values, and MPI gathers at most " + std::to_string(INT_MAX) +
                      "; begin with weir_init_parts, or divide it into several fields");
  }
  const std::uint64_t step = next_step_[field];
  const bool wanted = !holds(step);
  if (wanted) {
    WEIR_FAILPOINT("client.before_reserve");
    reserve(step);
    if (counts.size() > 1) gathered_.resize(endpoint_.fields[field].size);
    admitted_ = Admitted{field, step, StepFrames(pool_, data_of(field, step, time))};
  } else {
    pass(step);
  }
  connection_->check();
  ++next_step_[field];
  return wanted;
}

void Sender::make_room(std::size_t field, std::size_t count) {
  const std::uint64_t step = next_step_[field];
  if (step >= endpoint_.steps) return;  // judge() refuses it
  field_bytes_[field] = std::min(count, endpoint_.fields[field].size) * sizeof(float);
  connection_->check();
  if (!holds(step)) reserve(step);
}

void Sender::send_part(std::size_t field, double time, const wire::Box& box,
                       const Values& values) noexcept {
  try {
    const std::uint64_t step = next_step_[field]++;
    connection_->check();
    if (holds(step)) return pass(step);
    reserve(step);  // had make_room() found it held, by a server that is gone
    wire::Data data = data_of(field, step, time);
    data.box = box;
    StepFrames frames(pool_, data);
    frames.fill([&](std::size_t first, std::span<float> out) { convert(values, first, out); });
    WEIR_FAILPOINT("client.before_part");
    push(step, frames);
    WEIR_FAILPOINT("client.after_part");
  } catch (...) {
    deferred_ = current_failure();
  }
}

std::string Sender::stride_text() const {
  if (stride() == 1) return "";
  return ", and one of " + std::to_string(stride()) + " calls of weir_send is sent";
}

std::size_t Sender::server_rank(std::uint64_t step) const {
  return rank_of({environment_.sim, step}, welcomes_.size(), welcomes_.front().routing);
}

bool Sender::holds(std::uint64_t step) const {
  return connection_->holds(server_rank(step), step) && !WEIR_BUG("held_sent_again");
}

/// What was reserved for the rest of the step is free again: a rank that holds it drops it whole.
void Sender::pass(std::uint64_t step) {
  std::size_t unused = 0;
  if (const auto found = reserved_.find(step); found != reserved_.end()) {
    unused = found->second.left;
    reserved_.erase(found);
  }
  connection_->pass(server_rank(step), step, unused);
}

void Sender::check_counts(std::size_t field, std::span<const std::size_t> counts) const {
  const auto& declared = endpoint_.fields[field];
  const auto sent = [&](std::size_t values) {
    return Failure(WEIR_ERROR_SIZE, named(declared.name) + ": the ranks sent " +
                                        std::to_string(values) + " values, the study says " +
                                        std::to_string(declared.size));
  };
  std::size_t total = 0;
  for (const auto count : counts) {
    if (count > declared.size) throw sent(count);  // also, no sum of such counts overflows
    total += count;
  }
  if (total != declared.size) throw sent(total);
  const auto layout = blocks_.find(field);
  if (layout == blocks_.end()) return;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    const std::size_t expected = layout->second.blocks()[rank].size();
    if (counts[rank] == expected) continue;
    throw Failure(WEIR_ERROR_SIZE, named(declared.name) + ": rank " + std::to_string(rank) +
                                       " sent " + std::to_string(counts[rank]) +
                                       " values, its block in weir_subarray has " +
                                       std::to_string(expected));
  }
}

/// A sample has its place in the window as a whole, from its first field on, so that its last field
/// never waits for room that only the whole sample's acceptance makes.
void Sender::reserve(std::uint64_t step) {
  if (reserved_.contains(step)) return;
  const std::size_t bytes =
      std::accumulate(field_bytes_.begin(), field_bytes_.end(), std::size_t{0});
  try {
    connection_->reserve(bytes);
  } catch (const Failure& failure) {
    throw Failure(failure.status(), failure.what() + lagging_field());
  }
  reserved_[step].left = bytes;
}

/// A part may have grown since the step before: what it takes then is not waited for, as the step
/// has begun.
void Sender::use_reservation(std::uint64_t step, std::size_t bytes) {
  Reservation& reserved = reserved_.at(step);
  if (bytes > reserved.left) {
    connection_->reserve_more(bytes - reserved.left);
    reserved.left = bytes;
  }
  reserved.left -= bytes;
  reserved.pushed += bytes;
  if (++reserved.fields < endpoint_.fields.size()) return;
  connection_->release(reserved.left);
  reserved_.erase(step);
}

/// The likely reason of an endless wait when the solver does not send its fields in turn.
std::string Sender::lagging_field() const {
  const auto [least, most] = std::minmax_element(next_step_.begin(), next_step_.end());
  if (*most - *least < 2) return "";
  const auto name = [&](auto position) {
    return named(endpoint_.fields[static_cast<std::size_t>(position - next_step_.begin())].name);
  };
  return "; " + name(least) + " is " + std::to_string(*most - *least) + " steps behind " +
         name(most) + ", and a sample is accepted when it has all its fields";
}

/// The whole field.
wire::Data Sender::data_of(std::size_t field, std::uint64_t step, double time) const {
  wire::Data whole;
  whole.sim = environment_.sim;
  whole.attempt = environment_.attempt;
  whole.step = step;
  whole.field = static_cast<std::uint32_t>(field);
  whole.count = endpoint_.fields[field].size;
  whole.time = time;
  return whole;
}

void Sender::deliver(const Values& values) noexcept {
  admitted_->frames.fill(
      [&](std::size_t first, std::span<float> out) { convert(values, first, out); });
  push();
}

void Sender::deliver_gathered() noexcept {
  const std::span<const float> gathered(gathered_);
  const auto layout = blocks_.find(admitted_->field);
  if (layout == blocks_.end()) {
    admitted_->frames.write(0, gathered);
  } else {
    layout->second.for_each_run(
        [&](std::size_t source, std::size_t destination, std::size_t count) {
          admitted_->frames.write(destination, gathered.subspan(source, count));
        });
  }
  push();
}

void Sender::push() noexcept {
  try {
    push(admitted_->step, admitted_->frames);
    WEIR_FAILPOINT("client.after_send");
  } catch (...) {
    deferred_ = current_failure();
  }
  admitted_.reset();
}

void Sender::push(std::uint64_t step, const StepFrames& frames) {
  std::size_t bytes = 0;
  for (const auto& frame : frames.frames()) bytes += wire::value_bytes(*frame);
  // The promise goes over to the frames that are pushed, and must not be given back before.
  use_reservation(step, bytes);
  for (const auto& frame : frames.frames()) connection_->push(server_rank(step), step, frame);
}

void Sender::throw_deferred() const {
  if (deferred_) throw Failure(*deferred_);
}

void Sender::drain() {
  throw_deferred();
  WEIR_FAILPOINT("client.before_drain");
  connection_->drain(unfinished_bytes());
}

void Sender::end() {
  const std::uint64_t steps = fewest_steps();
  if (unfinished_bytes() == 0) connection_->end(steps);
  if (steps == endpoint_.steps) return;
  const auto field = std::min_element(next_step_.begin(), next_step_.end()) - next_step_.begin();
  throw Failure(WEIR_ERROR_STEPS,
                "sent " + std::to_string(steps) + " of " + std::to_string(endpoint_.steps) +
                    " steps of " + named(endpoint_.fields[static_cast<std::size_t>(field)].name) +
                    stride_text());
}

std::uint64_t Sender::fewest_steps() const {
  return *std::min_element(next_step_.begin(), next_step_.end());
}

/// Payload of samples that miss a field: they will never be accepted.
std::size_t Sender::unfinished_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [step, reserved] : reserved_) {
    if (!holds(step)) bytes += reserved.pushed;
  }
  return bytes;
}

}  // namespace weir::client
