// Cuts of the store, and what it is restored from.

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "server/sampling/design.h"
#include "server/store/sample_store_impl.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::input, "the checkpoint does not fit the study: " + what);
}

std::string name_of(SampleId id) {
  return "step " + std::to_string(id.step) + " of simulation " + std::to_string(id.sim);
}

/// The slots of the population, ascending, but for any that a damaged state invents. Marked, not
/// sorted: the trainer waits for this.
std::vector<Slot> population(const BufferState& buffer, std::size_t capacity) {
  std::vector<char> there(capacity);
  for (const auto* slots : {&buffer.unseen, &buffer.seen}) {
    for (const Slot slot : *slots) {
      if (slot < capacity) there[slot] = 1;
    }
  }
  std::vector<Slot> slots;
  slots.reserve(capacity);
  for (std::size_t slot = 0; slot < capacity; ++slot) {
    if (there[slot]) slots.push_back(static_cast<Slot>(slot));
  }
  return slots;
}

void check_ledger(const Ledger& saved, const Ledger& own) {
  if (saved.steps() != own.steps()) {
    refuse("its simulations have " + std::to_string(saved.steps()) + " steps, not " +
           std::to_string(own.steps()));
  }
  if (saved.rank() != own.rank() || saved.ranks() != own.ranks()) {
    refuse("it is of rank " + std::to_string(saved.rank()) + " of " +
           std::to_string(saved.ranks()) + ", not " + std::to_string(own.rank()) + " of " +
           std::to_string(own.ranks()));
  }
}

class Cut final : public StoreCut {
 public:
  /// Called without a lock.
  struct Hooks {
    std::function<void()> row_read, all_given, ended;
  };
  Cut(StoreState state, std::vector<std::optional<RowPlace>> places, std::size_t row_size,
      std::shared_ptr<CutRows> rows, Hooks hooks)
      : state_(std::move(state)),
        places_(std::move(places)),
        row_size_(row_size),
        rows_(std::move(rows)),
        hooks_(std::move(hooks)) {}
  ~Cut() override {
    rows_->end();
    hooks_.ended();
  }

  const StoreState& state() const override { return state_; }
  std::size_t row_size() const override { return row_size_; }
  const std::vector<std::optional<RowPlace>>& places() const override { return places_; }
  std::optional<std::size_t> next() override {
    const auto sample = rows_->next();
    if (!sample) hooks_.all_given();
    return sample;
  }
  void read(std::size_t sample, std::span<float> row) override {
    rows_->read(sample, row);
    hooks_.row_read();
  }

 private:
  const StoreState state_;
  const std::vector<std::optional<RowPlace>> places_;
  const std::size_t row_size_;
  const std::shared_ptr<CutRows> rows_;
  const Hooks hooks_;
};

}  // namespace

/// Under the lock.
StoreState SampleStore::Impl::tables() const {
  StoreState state{.buffer = buffer->save(),
                   .samples = {},
                   .repeats = repeats,
                   .ledger = ledger,
                   .history_bytes = 0};
  const std::vector<Slot> slots = population(state.buffer, facts.capacity());
  state.samples.reserve(slots.size());
  for (const Slot slot : slots) {
    state.samples.push_back(
        {.slot = slot, .id = facts[slot].id, .draws = facts[slot].draws, .time = facts[slot].time});
  }
  // When no simulation goes on, only a step that has come already may still find its other half.
  if (buffer->reception_over()) return state;
  for (const auto& row : history.samples()) state.samples.push_back(row);
  return state;
}

std::unique_ptr<StoreCut> SampleStore::cut() {
  auto rows = std::make_shared<CutRows>(impl_->mutex, impl_->rows);
  StoreState state;
  std::vector<std::optional<RowPlace>> places;
  {
    std::unique_lock lock(impl_->mutex);
    state = impl_->tables();
    places.reserve(state.samples.size());
    for (const auto& sample : state.samples) places.push_back(impl_->places[sample.slot]);
    impl_->refilled.assign(impl_->refilled.size(), false);
    rows->begin(state.samples, places);
    impl_->cut_rows = rows;
    impl_->flush_lineage(lock, /*all=*/true);
  }
  if (impl_->lineage) state.history_bytes = impl_->lineage->bytes();
  WEIR_FAILPOINT("trainer.in_cut");
  const auto tell_room = [impl = impl_.get()] {
    std::unique_lock lock(impl->mutex);
    const bool more = impl->more_room();
    lock.unlock();
    impl->tell_room(more);
  };
  const auto end = [impl = impl_.get(), rows, tell_room] {
    {
      const std::lock_guard lock(impl->mutex);
      if (impl->cut_rows == rows) impl->cut_rows.reset();
    }
    tell_room();
  };
  // Before the checkpoint can be published, and in its thread: the trainer does not wait for a
  // disk.
  const auto sync = [impl = impl_.get()] {
    if (impl->lineage) impl->lineage->sync();
  };
  return std::make_unique<Cut>(std::move(state), std::move(places), impl_->rows.cut_size(),
                               std::move(rows),
                               Cut::Hooks{.row_read = tell_room, .all_given = sync, .ended = end});
}

void SampleStore::published(const StoreState& state, const std::vector<RowPlace>& places) {
  Ledger ledger = state.ledger;
  const std::lock_guard lock(impl_->mutex);
  std::swap(impl_->durable, ledger);
  for (std::size_t k = 0; k < state.samples.size(); ++k) {
    const Slot slot = state.samples[k].slot;
    if (!impl_->refilled[slot]) impl_->places[slot] = places[k];
  }
}

/// Rows of the history follow those of the buffer, ascending, and not beyond what such a study can
/// ever have.
bool SampleStore::Impl::is_history(std::span<const CutSample> samples) const {
  std::size_t next = facts.capacity();
  for (const CutSample& sample : samples) {
    if (sample.slot < next || sample.slot - facts.capacity() >= most_rows) return false;
    next = sample.slot + std::size_t{1};
  }
  return true;
}

/// Everything that a damaged or foreign state could break later is looked at before anything
/// changes.
void SampleStore::Impl::check(const StoreState& state, const std::vector<RowPlace>& known) const {
  check_ledger(state.ledger, ledger);
  const auto slots = population(state.buffer, facts.capacity());
  const auto rest = state.samples.begin() +
                    static_cast<std::ptrdiff_t>(std::min(slots.size(), state.samples.size()));
  const bool same =
      std::equal(slots.begin(), slots.end(), state.samples.begin(), rest,
                 [](Slot slot, const CutSample& sample) { return slot == sample.slot; });
  if (!same || !is_history({rest, state.samples.end()}) || known.size() != state.samples.size()) {
    refuse("its samples are not those of its buffer");
  }
  for (const auto& sample : state.samples) check(sample, state);
}

void SampleStore::Impl::check(const CutSample& sample, const StoreState& state) const {
  const SampleId id = sample.id;
  if (id.step >= ledger.steps() || !state.ledger.contains(id)) {
    refuse("its buffer holds " + name_of(id) + ", which its ledger does not know");
  }
  if (!history.owns(sample.slot) && id.step < lead) {
    refuse("its buffer holds " + name_of(id) + ", which no earlier one leads to");
  }
  if (!design.parameters(id.sim)) refuse("the design has no simulation " + std::to_string(id.sim));
  if (!std::isfinite(sample.time)) refuse("the time of " + name_of(id) + " is not finite");
}

void SampleStore::Impl::put(const CutSample& sample, const RowPlace& place,
                            std::span<const float> row) {
  rows.restore(sample.slot, row);
  if (history.owns(sample.slot)) {
    history.restore(sample);
    places.resize(facts.capacity() + history.rows());
    refilled.resize(places.size());
    places[sample.slot] = place;
    return;
  }
  const auto values = design.parameters(sample.id.sim).value();
  std::copy(values.begin(), values.end(), facts.parameters(sample.slot).begin());
  facts[sample.slot] = {.id = sample.id,
                        .time = WEIR_BUG("time_not_restored") ? 0 : sample.time,
                        .draws = sample.draws};
  places[sample.slot] = place;
}

void SampleStore::restore(const StoreState& state, const std::vector<RowPlace>& places,
                          const ReadRow& read) {
  // The threads have not started, but a sanitizer need not know; nothing else waits for this lock.
  const std::lock_guard lock(impl_->mutex);
  impl_->check(state, places);
  impl_->buffer->restore(state.buffer);
  std::vector<float> row(impl_->rows.cut_size());
  for (std::size_t k = 0; k < state.samples.size(); ++k) {
    read(k, row);
    impl_->put(state.samples[k], places[k], row);
  }
  impl_->ledger = impl_->durable = state.ledger;
  if (impl_->lineage) {
    impl_->lineage->roll_back(state.history_bytes);
    impl_->record(LineageEvent::Kind::restored);
  }
  impl_->repeats = state.repeats.empty() ? std::vector<double>{0} : state.repeats;
}

std::vector<std::uint8_t> SampleStore::durable(std::uint64_t sim) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->durable.held(sim);
}

}  // namespace weir
