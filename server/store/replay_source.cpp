#include "server/store/replay_source.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/core/error.h"
#include "src/study/samples.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::input, "cannot replay: " + what);
}

[[noreturn]] void differs(std::uint64_t batches, const std::string& what) {
  refuse("after batch " + std::to_string(batches) + " " + what +
         "; the study file is not the recorded one, or the log is damaged");
}

void check(const LineageHeader& header, const Study& study, std::size_t rank, std::size_t ranks) {
  if (!header.reproducible) {
    refuse("the study did not record its arrivals; set /reproducible to true before it runs");
  }
  if (header.rank != rank || header.ranks != ranks) {
    refuse("the log is of rank " + std::to_string(header.rank) + " of " +
           std::to_string(header.ranks) + ", this is rank " + std::to_string(rank) + " of " +
           std::to_string(ranks) + "; start as many ranks as the study had");
  }
  if (header.steps != study.simulation.steps) {
    refuse("the log is of a study with " + std::to_string(header.steps) + " steps, not " +
           std::to_string(study.simulation.steps));
  }
  if (header.lead != lead_of(study)) {
    refuse("the log is of a study with a lead of " + std::to_string(header.lead) + " steps, not " +
           std::to_string(lead_of(study)) + "; 0 stands for direct samples");
  }
}

}  // namespace

ReplaySource::ReplaySource(const Study& study, FileSystem& files, const Path& log, const Path& data,
                           std::size_t rank, std::size_t ranks)
    : reader_(files, log),
      data_(data, study),
      sample_size_(study.simulation.sample_size()),
      lead_(lead_of(study)),
      buffer_(make_buffer(study.buffer.kind, study.buffer.capacity, study.buffer.watermark,
                          Random(study.seed, "buffer", rank))),
      ids_(study.buffer.capacity),
      filling_(study.buffer.capacity) {
  check(reader_.header(), study, rank, ranks);
  for (std::size_t k = 0; k < data_.simulations(); ++k) {
    position_[data_.id(k * data_.steps()).sim] = k;
  }
}

ReplaySource::~ReplaySource() = default;

void ReplaySource::go_on_after(std::size_t batches, std::size_t) {
  for (const auto* draw = next_draw(); draw != nullptr && draw->number <= batches;
       draw = next_draw()) {
    advance_to(Kind::draw);
  }
  batches_ = batches;
}

/// In a replay a round without a step does not happen: what a rank waited for has been recorded.
/// So a rank that has a share in the next batch is full, and one that has none is below.
Offer ReplaySource::offer(std::size_t) {
  const LineageEvent* draw = next_draw();
  if (draw == nullptr) return {Readiness::over, 0};
  if (draw->number <= batches_) {
    differs(batches_, "the log draws batch " + std::to_string(draw->number));
  }
  if (draw->number > batches_ + 1) return {Readiness::below, 0};
  return {Readiness::full, draw->ids.size()};
}

void ReplaySource::draw(std::size_t count, Batch& batch) {
  const LineageEvent event = advance_to(Kind::draw);
  if (event.number != batch.number || event.ids.size() != count) {
    differs(batches_, "the log draws " + std::to_string(event.ids.size()) + " samples for batch " +
                          std::to_string(event.number) + ", the trainer " + std::to_string(count) +
                          " for batch " + std::to_string(batch.number));
  }
  copy(batch);
}

std::size_t ReplaySource::peek(std::size_t count, Batch& batch) {
  const LineageEvent event = advance_to(Kind::peek);
  if (event.number != count) {
    differs(batches_, "the trainer looked at " + std::to_string(event.number) + " samples, not " +
                          std::to_string(count));
  }
  copy(batch);
  return pinned_.size();
}

/// Reads up to the next draw. Null: there is none.
const LineageEvent* ReplaySource::next_draw() {
  if (!ahead_.empty() && ahead_.back().kind == Kind::draw) return &ahead_.back();
  while (!at_end_) {
    const LineageEvent* event = reader_.next();
    at_end_ = event == nullptr;
    if (at_end_) break;
    if (event->kind == Kind::gap) refuse("the log is incomplete: the disk was full");
    ahead_.push_back(*event);
    if (event->kind == Kind::draw) return &ahead_.back();
  }
  return nullptr;
}

/// Repeats all up to and including the next event of this kind, which the next draw does not come
/// before.
LineageEvent ReplaySource::advance_to(Kind kind) {
  next_draw();
  while (!ahead_.empty()) {
    const LineageEvent event = std::move(ahead_.front());
    ahead_.pop_front();
    apply(event);
    if (event.kind == kind) return event;
    if (event.kind == Kind::draw) break;
  }
  differs(batches_, "the log has no such draw or look at samples");
}

void ReplaySource::apply(const LineageEvent& event) {
  switch (event.kind) {
    case Kind::begin:
      return arrive(event);
    case Kind::commit:
    case Kind::abandon:
      return leave_filling(event);
    case Kind::draw:
      return choose(event);
    case Kind::peek:
      return look(event.number);
    case Kind::unpinned:
      return unpin();
    case Kind::reception_over:
      return buffer_->end_reception();
    case Kind::restored:
      unpin();
      buffer_->restore(buffer_->save());
      return filling_.assign(filling_.size(), false);
    case Kind::gap:
    case Kind::end:
      return;
  }
}

void ReplaySource::arrive(const LineageEvent& event) {
  const auto slot = buffer_->acquire();
  if (!slot || *slot != event.number || event.ids.size() != 1) {
    differs(batches_, "the buffer takes another slot than " + std::to_string(event.number));
  }
  ids_[*slot] = event.ids.front();
  filling_[*slot] = true;
}

void ReplaySource::leave_filling(const LineageEvent& event) {
  if (event.number >= filling_.size() || !filling_[event.number]) {
    differs(batches_, "slot " + std::to_string(event.number) + " is not being filled");
  }
  const auto slot = static_cast<Slot>(event.number);
  filling_[slot] = false;
  event.kind == Kind::commit ? buffer_->commit(slot) : buffer_->abandon(slot);
}

void ReplaySource::choose(const LineageEvent& event) {
  for (const SampleId id : event.ids) {
    if (buffer_->occupancy().population() == 0) differs(batches_, "the buffer is empty");
    pinned_.push_back(buffer_->draw());
    if (ids_[pinned_.back()] == id) continue;
    differs(batches_, "the buffer draws another sample than step " + std::to_string(id.step) +
                          " of simulation " + std::to_string(id.sim));
  }
}

/// As SampleStore::peek does.
void ReplaySource::look(std::size_t count) {
  const std::size_t population = buffer_->occupancy().population();
  const std::size_t copied = std::min(count, population);
  for (std::size_t k = 0; k < copied; ++k) pinned_.push_back(buffer_->at(k * population / copied));
  for (const Slot slot : pinned_) buffer_->pin(slot);
}

void ReplaySource::unpin() {
  for (const Slot slot : pinned_) buffer_->unpin(slot);
  pinned_.clear();
}

void ReplaySource::copy(Batch& batch) const {
  batch.ids.clear();
  batch.parameters.clear();
  batch.times.clear();
  for (std::size_t k = 0; k < pinned_.size(); ++k) {
    const SampleId id = ids_[pinned_[k]];
    const auto found = position_.find(id.sim);
    if (found == position_.end() || id.step >= data_.steps() || id.step < lead_) {
      refuse("the data set has no simulation " + std::to_string(id.sim) +
             ", which the study trained on; make one with `weir generate` from the study's file");
    }
    const auto parameters = data_.parameters(found->second);
    batch.ids.push_back(id);
    batch.parameters.insert(batch.parameters.end(), parameters.begin(), parameters.end());
    const std::size_t position = found->second * data_.steps() + id.step;
    batch.times.push_back(data_.time(position));
    read(position, batch.scales, batch.targets + k * sample_size_);
    if (batch.states == nullptr || lead_ == 0) continue;
    read(position - lead_, batch.scales, batch.states + k * sample_size_);
  }
}

void ReplaySource::read(std::size_t position, const FieldScales& scales, float* to) const {
  const std::span<float> row(to, sample_size_);
  data_.read(position, row);
  if (!scales.empty()) copy_row(row, scales, to);
}

}  // namespace weir
