#pragma once
// What travels between the ranks in a round of agreement: mostly what a rank's aggregator has to
// tell rank 0, as words.

#include <cstdint>
#include <span>
#include <vector>

namespace weir {

struct RankEvent {
  enum class Kind : std::int64_t {
    completed = 1,      ///< rank has all its steps of sim
    refused = 2,        ///< rank refused sim for its values
    accepted = 3,       ///< value: unique samples this rank has accepted so far
    failed = 4,         ///< the rank's aggregator cannot go on
    lost = 5,           ///< value: attempt of sim that has been silent for too long
    stalled = 6,        ///< value: attempt of sim that answers, but sends no step
    lacking = 7,        ///< value: attempt of sim that cannot send again what a former server lost
    terminated = 8,     ///< the rank was told to end (SIGTERM)
    relieved = 10,      ///< the rank was told to make room for its successor
    fence = 9,          ///< from rank 0 to all: attempts of sim lower than value are of the past
    parameter = 11,     ///< from rank 0 to all: of sim, the value (bits of a double) of the study's
                        ///< `rank`-th parameter; all of a simulation follow each other
    loss = 12,          ///< sum of relative losses of sim's samples (bits of a double)
    loss_samples = 13,  ///< how many they are (bits of a double)
  };
  Kind kind;
  std::int64_t rank = 0, sim = 0, value = 0;
};

inline void append(std::vector<std::int64_t>& words, const RankEvent& event) {
  words.insert(words.end(),
               {static_cast<std::int64_t>(event.kind), event.rank, event.sim, event.value});
}

/// Precondition: `words` was made by append() calls.
inline std::vector<RankEvent> rank_events(std::span<const std::int64_t> words) {
  std::vector<RankEvent> events;
  for (std::size_t k = 0; k + 4 <= words.size(); k += 4)
    events.push_back(
        {static_cast<RankEvent::Kind>(words[k]), words[k + 1], words[k + 2], words[k + 3]});
  return events;
}

}  // namespace weir
