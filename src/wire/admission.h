#pragma once
// What an aggregator session lets in: the checks of Hello and DATA, and the texts of its refusals.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "src/wire/aggregator_session.h"
#include "src/wire/message.h"
#include "src/wire/sample_sink.h"

namespace weir::wire {

/// Who may open a session: clients of this study, of attempts that are not fenced, until reception
/// ends.
class Admission {
 public:
  explicit Admission(const AggregatorSettings& settings) : settings_(settings) {}

  /// Attempts of `sim` below this one are fenced from now on. The fence is never lowered.
  void fence(std::uint64_t sim, std::uint64_t lowest_attempt);
  void end_reception() { over_ = true; }

  /// What is wrong with it, if anything. Whether the simulation exists is the server's to say, and
  /// whether the forgotten steps are held the sink's.
  std::optional<Reject> check(const Hello& hello) const;
  /// For one that has no session: its connection or this server is a new one, or it may not have
  /// one.
  Reject to_stranger() const;
  Reject to_stranger(std::uint64_t sim, std::uint64_t attempt) const;

  bool fenced(std::uint64_t sim, std::uint64_t attempt) const;
  Reject fenced_text(std::uint64_t sim, std::uint64_t attempt) const;
  static Reject over_text();
  static Reject lacking_text(std::uint64_t sim, std::uint64_t attempt, std::uint64_t step);

 private:
  const AggregatorSettings& settings_;
  std::unordered_map<std::uint64_t, std::uint64_t> lowest_;  ///< attempt that is not fenced, by sim
  bool over_ = false;
};

struct Session;

/// Whether a chunk belongs to the session, to this rank, and lies within its field.
std::optional<Reject> check_data(const AggregatorSettings& settings, const Session& session,
                                 const Data& data);

/// Names the first value of a refused sample that is not finite. Precondition: its rows can still
/// be read.
std::string non_finite_text(const AggregatorSettings& settings, SampleSink& sink, SampleId id,
                            Slot slot);

}  // namespace weir::wire
