#include "src/wire/intake.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"
#include "src/wire/admission.h"

namespace weir::wire {

std::optional<Reject> Intake::receive(Session& session, const Data& data, Bytes values, Bytes frame,
                                      Time now) {
  if (const auto wrong = check_data(settings_, session, data)) return wrong;
  Taken taken = Taken::no_room;
  if (session.waiting.empty()) taken = take(session, data, values, now);
  if (taken == Taken::no_room) taken = keep(session, frame, values.size());
  return taken == Taken::rejected ? std::exchange(why_, {}) : std::nullopt;
}

std::optional<Reject> Intake::retry(Session& session, Time now) {
  while (!session.waiting.empty()) {
    const DecodeResult result = decode(session.waiting.front());
    const auto& [message, values] = std::get<Decoded>(result.value);
    const Taken taken = take(session, std::get<Data>(message), values, now);
    if (taken == Taken::rejected) return std::exchange(why_, {});
    if (taken == Taken::no_room) return std::nullopt;
    session.waiting_bytes -= values.size();
    waiting_bytes_ -= values.size();
    session.waiting.pop_front();
  }
  return std::nullopt;
}

Intake::Taken Intake::reject(RejectCode code, std::string text) {
  why_ = Reject{code, std::move(text)};
  return Taken::rejected;
}

Intake::Taken Intake::take(Session& session, const Data& data, Bytes values, Time now) {
  const ChunkPlace place = session.assembly.place_of(data);
  if (place == ChunkPlace::repeated) {
    ++counters_.repeated;
    return Taken::yes;
  }
  if (place == ChunkPlace::gap) {
    return reject(RejectCode::malformed, "a chunk from value " + std::to_string(data.offset) +
                                             " of field " + std::to_string(data.field) +
                                             " that is not the next one");
  }
  if (place == ChunkPlace::other_time) {
    return reject(RejectCode::malformed, "a chunk of step " + std::to_string(data.step) +
                                             " that says time " + std::to_string(data.time) +
                                             ", another one than those before");
  }
  const bool first = place == ChunkPlace::first;
  if (values.size() > session.account.outstanding() || (first && session.account.promised() == 0)) {
    return reject(RejectCode::malformed, "more DATA than was granted");
  }
  if (first) {
    if (session.assembly.begin(data) == BeginStatus::no_room) return Taken::no_room;
    pool_.begin_sample(session.account);
  }
  pool_.place(session.account, values.size());
  ++counters_.chunks;
  counters_.bytes += values.size();
  session.progressed = now;
  return session.assembly.add(data, values) ? commit(session, data.step) : Taken::yes;
}

Intake::Taken Intake::commit(Session& session, std::uint64_t step) {
  const SampleId id{session.sim, step};
  WEIR_FAILPOINT("aggregator.before_accept");
  const auto [status, slot] = session.assembly.commit(step);
  if (status == CommitStatus::refused) {
    const std::string text = non_finite_text(settings_, sink_, id, *slot);
    events_.refused(id.sim, text);
    return reject(RejectCode::non_finite, text);
  }
  session.accepted.push_back(step);
  count(id, status);
  tell_completed(id.sim);
  WEIR_FAILPOINT("aggregator.after_accept");
  return Taken::yes;
}

void Intake::count(SampleId id, CommitStatus status) {
  if (WEIR_BUG("duplicate_counted")) status = CommitStatus::accepted;
  switch (status) {
    case CommitStatus::accepted:
      ++counters_.unique;
      events_.accepted(id);
      break;
    case CommitStatus::dropped:
      ++counters_.dropped;
      break;
    default:
      ++counters_.duplicate;
  }
}

/// A chunk that came before its slot: the promised one is pinned by the trainer for a moment.
Intake::Taken Intake::keep(Session& session, Bytes frame, std::size_t bytes) {
  const auto same = [&](const auto& kept) {
    return std::equal(kept.begin(), kept.begin() + header_size, frame.begin());
  };
  if (std::any_of(session.waiting.begin(), session.waiting.end(), same)) {
    ++counters_.repeated;
    return Taken::yes;
  }
  if (session.waiting_bytes + bytes > session.account.outstanding()) {
    return reject(RejectCode::malformed, "more DATA than was granted");
  }
  session.waiting.emplace_back(frame.begin(), frame.end());
  session.waiting_bytes += bytes;
  waiting_bytes_ += bytes;
  return Taken::yes;
}

void Intake::drop_waiting(Session& session) {
  waiting_bytes_ -= session.waiting_bytes;
  session.waiting_bytes = 0;
  session.waiting.clear();
}

void Intake::tell_completed(std::uint64_t sim) {
  if (completed_.contains(sim) || !sink_.complete(sim)) return;
  completed_.insert(sim);
  events_.completed(sim);
}

}  // namespace weir::wire
