#include "server/store/sample_store.h"

#include <algorithm>
#include <span>
#include <utility>

#include "server/sampling/design.h"
#include "server/store/sample_store_impl.h"
#include "server/training/step_time.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"
#include "src/study/samples.h"

namespace weir {
namespace {

bool same(const Offer& a, const Offer& b) {
  return a.readiness == b.readiness && a.samples == b.samples;
}

using Kind = LineageEvent::Kind;

/// So many rows are on their way from memory while one is copied.
constexpr std::size_t rows_ahead = 8;

}  // namespace

SampleStore::Impl::Impl(const Study& study, const Design& study_design, std::size_t rank,
                        std::size_t ranks)
    : design(study_design),
      kind(study.buffer.kind),
      non_finite(study.simulation.non_finite),
      sample_size(study.simulation.sample_size()),
      parameter_count(study.parameters.size()),
      lead(lead_of(study)),
      most_rows(lead > 0 ? (2 * study.simulation.count + 1) * lead + 1 : 0),
      reproducible(study.reproducible),
      time(study.simulation.time),
      rows(study),
      facts(study.buffer.capacity, parameter_count),
      buffer(make_buffer(kind, study.buffer.capacity, study.buffer.watermark,
                         Random(study.seed, "buffer", rank))),
      ledger(study.simulation.steps, rank, ranks, routing_of(study)),
      history(static_cast<Slot>(study.buffer.capacity), lead, study.simulation.steps),
      durable(ledger),
      places(study.buffer.capacity),
      refilled(study.buffer.capacity, false) {}

/// An offer that stands must find something to draw: then the last sample of a reservoir is not
/// given to an arrival.
std::size_t SampleStore::Impl::room() const {
  const std::size_t room = buffer->room();
  if (!promised) return room;
  const Occupancy occupancy = buffer->occupancy();
  const std::size_t evictable = room - occupancy.free;
  return evictable > 0 && evictable == occupancy.population() ? room - 1 : room;
}

/// What begin() may be asked for: each slot that is taken may have to be vacated for the cut.
std::size_t SampleStore::Impl::arrivals() const {
  return cut_rows ? std::min(room(), cut_rows->room()) : room();
}

/// Under the lock. Worth waking the aggregator for: it is woken by what arrives anyway, and a
/// trainer that told of each slot would wake it with every batch.
bool SampleStore::Impl::more_room() const {
  const std::size_t now = arrivals();
  const bool more = now > told_room && now >= 2 * told_room;
  if (more) told_room = now;
  return more;
}

void SampleStore::Impl::tell_room(bool more) const {
  if (more && room_callback) room_callback();
}

Offer SampleStore::Impl::current_offer() const {
  const std::size_t population = buffer->occupancy().population();
  if (buffer->reception_over() && population == 0) return {Readiness::over, 0};
  if (!buffer->drawable()) return {Readiness::below, 0};
  const bool repeats_samples = kind == BufferKind::reservoir && !buffer->reception_over();
  const std::size_t samples = repeats_samples ? batch_asked : std::min(batch_asked, population);
  return {room() == 0 ? Readiness::full : Readiness::ready, samples};
}

/// Only when it matters: at ingest rates a wake-up a sample would cost more than the sample.
void SampleStore::Impl::notify_trainer() {
  if (!same(current_offer(), offered)) changed.notify_one();
}

wire::CommitStatus SampleStore::Impl::mark(SampleId id, bool usable) {
  using enum wire::CommitStatus;
  if (usable) {
    return ledger.accept(id) || WEIR_BUG("mark_before_insert") ? accepted : duplicate;
  }
  if (non_finite == NonFinite::refuse) return refused;
  return ledger.drop(id) ? dropped : duplicate;
}

void SampleStore::Impl::count_draw(Slot slot) {
  const std::uint32_t before = facts[slot].draws++;
  repeats.resize(std::max<std::size_t>(repeats.size(), before + 2));
  repeats[before] -= 1;
  repeats[before + 1] += 1;
}

void SampleStore::Impl::copy(Slot slot, std::size_t position, Batch& batch) const {
  if (batch.keeper == nullptr)
    rows.copy_target(slot, batch.targets + position * sample_size, batch.scales);
  else if (!batch.keeper->holds(slot, facts[slot].id))
    rows.keep(slot, *batch.keeper);
  if (batch.keeper == nullptr && batch.states != nullptr && lead > 0)
    rows.copy_state(slot, batch.states + position * sample_size,
                    WEIR_BUG("state_not_scaled") ? FieldScales{} : batch.scales);
  batch.ids[position] = facts[slot].id;
  batch.times[position] = facts[slot].time;
  const auto parameters = facts.parameters(slot);
  std::copy(parameters.begin(), parameters.end(),
            batch.parameters.data() + position * parameter_count);
}

/// Copies the pinned slots without the lock, unpins them, and wakes the aggregator when there is
/// more room than it knows.
void SampleStore::Impl::read_pinned(Batch& batch) {
  batch.ids.resize(pinned.size());
  batch.parameters.resize(pinned.size() * parameter_count);
  batch.times.resize(pinned.size());
  for (std::size_t k = 0; k < pinned.size(); ++k) {
    if (k + rows_ahead < pinned.size()) rows.prefetch(pinned[k + rows_ahead]);
    copy(pinned[k], k, batch);
  }
  if (batch.keeper != nullptr) {
    batch.slots = pinned;
    batch.keeper->settle();
  }
  std::unique_lock lock(mutex);
  for (const Slot slot : pinned) buffer->unpin(slot);
  record(Kind::unpinned);
  const bool more = more_room();
  flush_lineage(lock);
  tell_room(more);
}

SampleStore::SampleStore(const Study& study, const Design& design, std::size_t rank,
                         std::size_t ranks)
    : impl_(std::make_unique<Impl>(study, design, rank, ranks)) {}

SampleStore::~SampleStore() = default;

std::size_t SampleStore::room() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->told_room = impl_->arrivals();
}

wire::Begin SampleStore::begin(SampleId id) {
  const auto values = impl_->design.parameters(id.sim).value();
  std::unique_lock lock(impl_->mutex);
  if (impl_->ledger.contains(id)) {
    impl_->ledger.count_duplicate();
    return {wire::BeginStatus::duplicate};
  }
  if (id.step < impl_->lead) return {wire::BeginStatus::begun, impl_->take_row(id, lock)};
  impl_->told_room = impl_->arrivals();
  if (impl_->told_room == 0) return {wire::BeginStatus::no_room};
  const Slot slot = *impl_->buffer->acquire();
  impl_->record(Kind::begin, slot, {&id, 1});
  if (WEIR_BUG("mark_before_insert")) impl_->ledger.accept(id);
  if (!WEIR_BUG("stale_row_place")) impl_->places[slot].reset();
  impl_->refilled[slot] = true;
  impl_->notify_trainer();
  if (const auto rows = impl_->cut_rows) rows->vacate(slot, lock);
  impl_->told_room = impl_->arrivals();
  lock.unlock();
  impl_->facts[slot].id = id;
  impl_->facts[slot].time = time_of(impl_->time, id.step);
  std::copy(values.begin(), values.end(), impl_->facts.parameters(slot).begin());
  return {wire::BeginStatus::begun, slot};
}

float* SampleStore::row(wire::Slot slot, std::size_t field) {
  return impl_->rows.arriving(slot, field);
}

void SampleStore::set_time(wire::Slot slot, double time) {
  if (!impl_->history.owns(slot)) impl_->facts[slot].time = time;  // a state has none
}

wire::CommitStatus SampleStore::commit(wire::Slot slot) {
  // The rows were just written: this finds them in the cache.
  const bool usable = impl_->non_finite == NonFinite::accept || impl_->rows.finite(slot);
  return impl_->history.owns(slot) ? impl_->commit_first(slot, usable)
                                   : impl_->commit(slot, usable);
}

wire::CommitStatus SampleStore::Impl::commit(Slot slot, bool usable) {
  const SampleId id = facts[slot].id;
  const Halves halves = usable && lead > 0 ? join(slot, id) : Halves{};
  WEIR_FAILPOINT("aggregator.before_mark");
  const std::lock_guard lock(mutex);
  const auto status = mark(id, usable);
  const bool accepted = status == wire::CommitStatus::accepted;
  if (accepted && halves.whole) {
    buffer->commit(slot);
    record(Kind::commit, slot);
    facts[slot].draws = 0;
    repeats[0] += 1;
  } else {
    buffer->abandon(slot);
    record(Kind::abandon, slot);
  }
  if (halves.row) accepted ? history.keep(*halves.row) : history.give_back(*halves.row);
  if (accepted || status == wire::CommitStatus::dropped) history.pass(id);
  notify_trainer();
  WEIR_FAILPOINT("aggregator.after_insert");
  return status;
}

/// A first step of a simulation is no pair's target: it has no slot.
wire::CommitStatus SampleStore::Impl::commit_first(Slot row, bool usable) {
  const std::lock_guard lock(mutex);
  const auto status = mark(history.id(row), usable);
  status == wire::CommitStatus::accepted ? history.keep(row) : history.give_back(row);
  return status;
}

/// The step in the slot finds the earlier one, and waits itself for a later one. Both are copied
/// without the lock, and count from when the step is in the ledger: so a cut between has the
/// earlier one still.
SampleStore::Impl::Halves SampleStore::Impl::join(Slot slot, SampleId id) {
  const std::uint64_t earlier = id.step - lead + (WEIR_BUG("pair_of_wrong_lead") ? 1 : 0);
  std::unique_lock lock(mutex);
  const auto state = history.find({id.sim, earlier});
  Halves halves{.whole = state.has_value(), .row = std::nullopt};
  if (id.step + lead < ledger.steps()) halves.row = take_row(id, lock);
  lock.unlock();
  if (state) rows.set_state(slot, rows.history(*state));
  if (halves.row) rows.copy_target(slot, rows.arriving(*halves.row, 0));
  return halves;
}

/// Under the lock, by the aggregator; a row that the cut has still to write is copied first.
Slot SampleStore::Impl::take_row(SampleId id, std::unique_lock<std::mutex>& lock) {
  const Slot row = history.take(id);
  rows.grow_history(history.rows());
  places.resize(facts.capacity() + history.rows());
  refilled.resize(places.size());
  places[row].reset();
  refilled[row] = true;
  const auto cut = cut_rows;
  if (cut && !WEIR_BUG("history_row_not_vacated")) cut->vacate(row, lock);
  return row;
}

void SampleStore::abandon(wire::Slot slot) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->history.owns(slot)) return impl_->history.give_back(slot);
  impl_->buffer->abandon(slot);
  impl_->record(Kind::abandon, slot);
  impl_->notify_trainer();
}

void SampleStore::forget(std::uint64_t sim) {
  const std::lock_guard lock(impl_->mutex);
  impl_->history.forget(sim);
}

std::vector<std::uint8_t> SampleStore::held(std::uint64_t sim) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ledger.held(sim);
}

bool SampleStore::complete(std::uint64_t sim) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ledger.complete(sim);
}

Offer SampleStore::offer(std::size_t batch) {
  std::unique_lock lock(impl_->mutex);
  impl_->batch_asked = batch;
  impl_->promised = impl_->buffer->drawable();
  const Offer offer = impl_->offered = impl_->current_offer();
  impl_->flush_lineage(lock);
  return offer;
}

void SampleStore::wait(Duration at_most) {
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait_for(lock, at_most,
                          [&] { return !same(impl_->current_offer(), impl_->offered); });
}

void SampleStore::draw(std::size_t count, Batch& batch) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->pinned.resize(count);
    impl_->buffer->foresee(impl_->pinned);
    for (const Slot slot : impl_->pinned) impl_->facts.prefetch(slot);
    for (const Slot slot : std::span(impl_->pinned).first(std::min(count, rows_ahead)))
      impl_->rows.prefetch(slot);
    for (Slot& slot : impl_->pinned) {
      slot = impl_->buffer->draw();
      impl_->count_draw(slot);
    }
    impl_->record_draw(batch.number);
    impl_->promised = false;
  }
  WEIR_FAILPOINT("trainer.after_draw");
  impl_->read_pinned(batch);
}

std::size_t SampleStore::peek(std::size_t count, Batch& batch) {
  {
    const std::lock_guard lock(impl_->mutex);
    const std::size_t population = impl_->buffer->occupancy().population();
    const std::size_t copied = std::min(count, population);
    impl_->pinned.clear();
    for (std::size_t k = 0; k < copied; ++k) {
      impl_->pinned.push_back(impl_->buffer->at(k * population / copied));
    }
    for (const Slot slot : impl_->pinned) impl_->buffer->pin(slot);
    impl_->record(Kind::peek, count);
  }
  impl_->read_pinned(batch);
  return impl_->pinned.size();
}

std::vector<std::span<float>> SampleStore::memory() { return impl_->rows.memory(); }

Occupancy SampleStore::occupancy() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->buffer->occupancy();
}

void SampleStore::end_reception() {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->buffer->reception_over()) impl_->record(Kind::reception_over);
  impl_->buffer->end_reception();
  impl_->notify_trainer();
}

void SampleStore::on_room(std::function<void()> callback) {
  impl_->room_callback = std::move(callback);
}

LedgerCounts SampleStore::counts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ledger.counts();
}

std::size_t SampleStore::trainable() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ledger.pairs(impl_->lead);
}

Ledger SampleStore::ledger() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ledger;
}

std::vector<double> SampleStore::repeats() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->repeats;
}

}  // namespace weir
