#include "src/plan/events.h"

#include <algorithm>

namespace weir {
namespace {

double seconds_a_sample(double bytes, double rate) { return rate > 0 ? bytes / rate : 0; }

}  // namespace

PlanEvents::PlanEvents(const PlanInput& input, std::uint64_t stride, std::uint64_t steps_at_once)
    : input_(input),
      stride_(stride),
      steps_at_once_(steps_at_once),
      batch_(input.ranks * input.batch),
      inflight_(input.ranks * input.inflight),
      link_seconds_(seconds_a_sample(input.sample_bytes, input.link_rate)),
      ingest_seconds_(seconds_a_sample(input.sample_bytes,
                                       input.ingest_rate * static_cast<double>(input.ranks))),
      clients_(std::min(input.clients, input.simulations)),
      buffer_(input.buffer, input.ranks * input.capacity, input.ranks * input.watermark) {}

PlanResult PlanEvents::run() {
  for (std::size_t client = 0; client < clients_.size(); ++client) start(client);
  while (!events_.empty()) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.time;
    switch (event.what) {
      case What::computed:
        hand_over(event.client, event.samples);
        break;
      case What::accepted:
        accept(event);
        break;
      case What::trained:
        training_ = false;
        break;
    }
    train();
    admit();
  }
  result_.duration = now_;
  const double since_first = result_.duration - result_.first_batch;
  const auto trained = static_cast<double>(result_.trained);
  result_.samples_per_second = trained / since_first;
  result_.repeats = trained / static_cast<double>(result_.unique);
  result_.idle = std::max(0.0, 1 - busy_ / since_first);
  result_.waiting = waited_ / run_;
  result_.core_hours = run_ / 3600 * static_cast<double>(input_.cores_per_client);
  result_.ingest_mean =
      static_cast<double>(result_.unique) * input_.sample_bytes / result_.reception;
  result_.ingest_peak = arrivals_.rate();
  return result_;
}

void PlanEvents::start(std::size_t client) {
  if (started_ == input_.simulations) return;
  ++started_;
  clients_[client] = {};
  clients_[client].began = now_ + input_.queue_seconds;
  compute(client, clients_[client].began + input_.start_seconds);
}

void PlanEvents::compute(std::size_t client, double from) {
  const std::uint64_t count = std::min(stride_, input_.steps - clients_[client].computed);
  clients_[client].computed += count;
  push(from + static_cast<double>(count) * input_.step_seconds, What::computed, client, count);
}

/// weir_send: returns when there is room in the window; after the last step, weir_finalize.
void PlanEvents::hand_over(std::size_t client, std::uint64_t samples) {
  Client& its = clients_[client];
  const bool fits = its.held + samples <= input_.window;
  its.blocked = fits ? 0 : samples;
  if (fits) {
    its.held += samples;
    waiting_.push_back({client, samples});
  }
  if (fits && its.computed < input_.steps)
    compute(client, now_);
  else
    its.waits_since = now_;
}

/// Slots for those that wait, in order; then over the link and through the aggregators.
void PlanEvents::admit() {
  while (!waiting_.empty()) {
    Waiting& first = waiting_.front();
    const auto count = std::min({first.samples, buffer_.room(), inflight_ - under_way_});
    if (count == 0) return;
    buffer_.begin(count);
    under_way_ += count;
    const auto n = static_cast<double>(count);
    link_free_ = std::max(now_, link_free_) + n * link_seconds_;
    ingest_free_ = std::max(link_free_, ingest_free_) + n * ingest_seconds_;
    push(ingest_free_, What::accepted, first.client, count);
    first.samples -= count;
    if (first.samples == 0) waiting_.pop_front();
  }
}

void PlanEvents::accept(const Event& event) {
  buffer_.commit(event.samples);
  under_way_ -= event.samples;
  result_.unique += event.samples;
  result_.reception = now_;
  arrivals_.add(now_, static_cast<double>(event.samples) * input_.sample_bytes);
  if (result_.unique == input_.simulations * input_.steps) buffer_.end_reception();

  Client& its = clients_[event.client];
  its.held -= event.samples;
  its.accepted += event.samples;
  const bool ended = its.accepted == input_.steps;
  if (its.blocked > 0 || ended) waited_ += now_ - its.waits_since;
  if (its.blocked > 0) return hand_over(event.client, its.blocked);
  if (!ended) return;
  run_ += now_ - its.began;
  start(event.client);
}

void PlanEvents::train() {
  if (training_) return;
  const std::uint64_t drawn = buffer_.offer(batch_);
  if (drawn == 0) return;
  if (result_.batches == 0) result_.first_batch = now_;
  const std::uint64_t steps = buffer_.repeats() ? steps_at_once_ : 1;
  buffer_.draw(drawn * steps);
  result_.batches += steps;
  result_.trained += drawn * steps;
  const double seconds = static_cast<double>(steps) * input_.train_seconds;
  busy_ += seconds;
  training_ = true;
  push(now_ + seconds, What::trained);
}

void PlanEvents::push(double time, What what, std::size_t client, std::uint64_t samples) {
  events_.push({time, order_++, what, client, samples});
}

}  // namespace weir
