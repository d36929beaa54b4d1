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

Intake::Taken Intake::reject_place(ChunkPlace place, const Data& data) {
  const std::string chunk = "a chunk from value " + std::to_string(data.offset) + " of field " +
                            std::to_string(data.field) + " of step " + std::to_string(data.step);
  switch (place) {
    case ChunkPlace::other_time:
      return reject(RejectCode::malformed, chunk + " that says time " + std::to_string(data.time) +
                                               ", another one than those before");
    case ChunkPlace::too_much:
      return reject(RejectCode::malformed, chunk + " with more values than the field has left");
    default:
      return reject(RejectCode::malformed, chunk + " that is not the next one");
  }
}

Intake::Taken Intake::start(Session& session, const Data& data) {
  switch (session.run.assembly.begin(session.part, data)) {
    case Started::begun:
      pool_.begin_sample(session.account);
      return Taken::yes;
    case Started::joined:
      pool_.join_sample(session.account);
      return Taken::yes;
    case Started::no_room:
      return Taken::no_room;
    case Started::known:
      return reject(RejectCode::no_session,
                    "step " + std::to_string(data.step) + " is here already: say Hello again");
  }
  return Taken::no_room;
}

Intake::Taken Intake::take(Session& session, const Data& data, Bytes values, Time now) {
  SolverRun& run = session.run;
  const ChunkPlace place = run.assembly.place_of(session.part, data);
  if (place == ChunkPlace::repeated) {
    ++counters_.repeated;
    return Taken::yes;
  }
  const bool first = place == ChunkPlace::first;
  if (!first && place != ChunkPlace::next) return reject_place(place, data);
  if (values.size() > session.account.outstanding() || (first && session.account.promised() == 0)) {
    return reject(RejectCode::malformed, "more DATA than was granted");
  }
  if (first) {
    if (const Taken started = start(session, data); started != Taken::yes) return started;
  }
  pool_.place(session.account, values.size());
  ++counters_.chunks;
  counters_.bytes += values.size();
  run.progressed = now;
  return run.assembly.add(session.part, data, values) ? commit(run, data.step) : Taken::yes;
}

Intake::Taken Intake::commit(SolverRun& run, std::uint64_t step) {
  const SampleId id{run.sim, step};
  WEIR_FAILPOINT("aggregator.before_accept");
  const auto [status, slot, shares] = run.assembly.commit(step);
  for (const auto& [part, values] : shares) {
    pool_.end_sample(run.sessions.at(part)->account, values * sizeof(float));
  }
  pool_.end_sample(run.credit);
  if (status == CommitStatus::refused) {
    const std::string text = non_finite_text(settings_, sink_, id, *slot);
    events_.refused(id.sim, text);
    return reject(RejectCode::non_finite, text);
  }
  for (const auto& share : shares) run.sessions.at(share.part)->accepted.push_back(step);
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
