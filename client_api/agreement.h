#pragma once
// How the ranks of a solver come to one end of a collective call: the root decides, once it knows
// what is wrong with each rank's part, and all learn of it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "client_api/failure.h"
#include "client_api/ranks.h"

namespace weir::client {

/// What a rank brings to a call: what is wrong with it is told to all before anything happens.
struct Part {
  weir_status status = WEIR_OK;
  std::string text;  ///< of this rank's error
  std::size_t field = 0;
  double time = 0;  ///< of the step
};
Part part_of(const Failure& failure);

/// Its calls are collective over the ranks, on the solver's thread. Beside what is said, each
/// throws the Failure{WEIR_ERROR_MPI} of its ranks.
class Agreement {
 public:
  /// `ranks` outlives it.
  explicit Agreement(Ranks& ranks) : ranks_(ranks) {}

  /// What `on_root` answers on the root, on all ranks; or the Failure that it throws there, with
  /// its status and text.
  std::uint64_t decide(const std::function<std::uint64_t()>& on_root) const;
  /// The same, where `on_root` takes the ranks' words in their order and is asked only when their
  /// parts are good, and of one field and time. Else all throw a Failure of the first part that is
  /// not; a rank whose own part was wrong says so in its own words.
  std::uint64_t decide(
      const Part& part, std::uint64_t word,
      const std::function<std::uint64_t(std::vector<std::size_t> words)>& on_root) const;
  /// The root's text, on all ranks.
  std::string share(const std::string& text) const;

 private:
  Ranks& ranks_;
};

}  // namespace weir::client
