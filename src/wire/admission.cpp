#include "src/wire/admission.h"

#include <algorithm>
#include <cmath>

#include "src/core/planted_bug.h"
#include "src/wire/bitmap.h"
#include "src/wire/session.h"

namespace weir::wire {
namespace {

std::string name_of(std::uint64_t sim, std::uint64_t attempt) {
  return "attempt " + std::to_string(attempt) + " of simulation " + std::to_string(sim);
}

Reject malformed(const Data& data, const std::string& text) {
  return {RejectCode::malformed, "DATA of step " + std::to_string(data.step) + " of simulation " +
                                     std::to_string(data.sim) + ": " + text};
}

std::string field_name(const AggregatorSettings& settings, std::size_t field) {
  return field < settings.field_names.size() ? "'" + settings.field_names[field] + "'"
                                             : std::to_string(field);
}

/// A step that this rank can never have had.
std::optional<std::uint64_t> foreign_step(const AggregatorSettings& settings, const Hello& hello) {
  for (std::uint64_t step = 0; step < 8 * hello.forgotten.size(); ++step) {
    if (!has_bit(hello.forgotten, step)) continue;
    const bool ours = rank_of({hello.sim, step}, settings.ranks, settings.routing) == settings.rank;
    if (step >= settings.steps || !ours) return step;
  }
  return std::nullopt;
}

/// "value 3 of field 'u' is nan"
std::string first_non_finite(const AggregatorSettings& settings, SampleSink& sink, Slot slot) {
  for (std::size_t field = 0; field < settings.field_sizes.size(); ++field) {
    const float* row = sink.row(slot, field);
    const float* end = row + settings.field_sizes[field];
    const float* bad = std::find_if(row, end, [](float v) { return !std::isfinite(v); });
    if (bad == end) continue;
    return "value " + std::to_string(bad - row) + " of field " + field_name(settings, field) +
           " is " + std::to_string(*bad);
  }
  return "a value is not finite";
}

}  // namespace

void Admission::fence(std::uint64_t sim, std::uint64_t lowest_attempt) {
  auto& lowest = lowest_[sim];
  lowest = std::max(lowest, lowest_attempt);
}

std::optional<Reject> Admission::check(const Hello& hello) const {
  if (over_) return over_text();
  if (hello.study != settings_.study) {
    return Reject{RejectCode::study,
                  "this server runs another study than the client's: start the simulation in the "
                  "environment of this one (WEIR_STUDY_DIR)"};
  }
  if (hello.schema != settings_.schema) {
    return Reject{RejectCode::schema,
                  "the study's fields or steps have changed since the client read them: start the "
                  "simulation again"};
  }
  if (hello.parts == 0 || hello.parts > max_parts || hello.part >= hello.parts) {
    return Reject{RejectCode::malformed, "a HELLO of part " + std::to_string(hello.part) + " of " +
                                             std::to_string(hello.parts) + "; a solver has 1 to " +
                                             std::to_string(max_parts)};
  }
  if (hello.attempt >= no_attempt - 1) {  // its fence would be for ever
    return Reject{RejectCode::malformed, "a HELLO of " + name_of(hello.sim, hello.attempt) +
                                             "; attempts are counted from 0: check WEIR_ATTEMPT"};
  }
  if (fenced(hello.sim, hello.attempt)) return fenced_text(hello.sim, hello.attempt);
  if (const auto step = foreign_step(settings_, hello)) {
    return Reject{RejectCode::malformed, "a HELLO that has forgotten step " +
                                             std::to_string(*step) + ", which never was of rank " +
                                             std::to_string(settings_.rank)};
  }
  return std::nullopt;
}

Reject Admission::to_stranger() const {
  if (over_) return over_text();
  return {RejectCode::no_session, "no session: say Hello first"};
}

Reject Admission::to_stranger(std::uint64_t sim, std::uint64_t attempt) const {
  if (!over_ && fenced(sim, attempt)) return fenced_text(sim, attempt);
  return to_stranger();
}

bool Admission::fenced(std::uint64_t sim, std::uint64_t attempt) const {
  const auto found = lowest_.find(sim);
  return found != lowest_.end() && attempt < found->second && !WEIR_BUG("attempt_ignored");
}

Reject Admission::fenced_text(std::uint64_t sim, std::uint64_t attempt) const {
  if (const auto found = lowest_.find(sim); found != lowest_.end() && found->second == no_attempt) {
    return {RejectCode::fenced, name_of(sim, attempt) +
                                    " is fenced: the simulation is given up, its restarts are used "
                                    "up; this one may end"};
  }
  return {RejectCode::fenced,
          name_of(sim, attempt) +
              " is fenced: a later attempt has taken its place, or is about to; "
              "this one may end, and nothing of it is lost"};
}

Reject Admission::lacking_text(std::uint64_t sim, std::uint64_t attempt, std::uint64_t step) {
  return {RejectCode::lacking,
          name_of(sim, attempt) + " was to be continued, but its step " + std::to_string(step) +
              " was lost with an earlier server: a later attempt takes its place, and sends what "
              "is missing; this one may end"};
}

Reject Admission::over_text() { return {RejectCode::over, "the study takes no more samples"}; }

std::optional<Reject> check_data(const AggregatorSettings& settings, const Session& session,
                                 const Data& data) {
  const bool same_attempt =
      data.attempt == session.run.attempt || WEIR_BUG("attempt_ignored_in_data");
  if (data.sim != session.run.sim || !same_attempt) {
    return malformed(data, "the session is of " + name_of(session.run.sim, session.run.attempt));
  }
  if (data.step >= settings.steps) {
    return Reject{RejectCode::too_many_steps, "simulation " + std::to_string(data.sim) +
                                                  " sent step " + std::to_string(data.step) +
                                                  ", counted from 0; the study has " +
                                                  std::to_string(settings.steps) +
                                                  " steps: mend the solver or /simulation/steps"};
  }
  if (rank_of({data.sim, data.step}, settings.ranks, settings.routing) != settings.rank) {
    return malformed(data,
                     "it belongs to another server rank than " + std::to_string(settings.rank));
  }
  if (data.field >= settings.field_sizes.size()) {
    return malformed(data, "the study has no field " + std::to_string(data.field));
  }
  if (settings.times ? !std::isfinite(data.time) : data.time != 0) {
    return malformed(data, "it says time " + std::to_string(data.time) + ", where " +
                               (settings.times ? "a finite one" : "none") + " is expected");
  }
  const std::uint64_t size = settings.field_sizes[data.field];
  if (data.count == 0 || data.offset > size || data.count > size - data.offset) {
    return malformed(data, std::to_string(data.count) + " values from " +
                               std::to_string(data.offset) + " in field " +
                               field_name(settings, data.field) + " of " + std::to_string(size));
  }
  if (data.box.empty()) {
    if (session.run.parts == 1) return std::nullopt;
    return malformed(data, "a part's values need a box that says where they lie");
  }
  if (const auto wrong = wrong_box(data.box, size, data.count); !wrong.empty()) {
    return malformed(data, "field " + field_name(settings, data.field) + ": " + wrong);
  }
  return std::nullopt;
}

std::string non_finite_text(const AggregatorSettings& settings, SampleSink& sink, SampleId id,
                            Slot slot) {
  return "simulation " + std::to_string(id.sim) + ", step " + std::to_string(id.step) + ": " +
         first_non_finite(settings, sink, slot) +
         ", which the study refuses: mend the solver, or set /simulation/non_finite to \"drop\" or "
         "\"accept\"";
}

}  // namespace weir::wire
