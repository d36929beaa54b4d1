#pragma once
// Which samples of the study this rank has accepted.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/file_system.h"
#include "src/core/sample_id.h"

namespace weir {

struct LedgerCounts {
  std::size_t unique = 0;     ///< accepted
  std::size_t duplicate = 0;  ///< further copies, dropped
  std::size_t dropped = 0;    ///< not finite, dropped by the study's policy
};

/// Value type, copyable. Not thread-safe. Memory: two bits a step of each simulation seen.
/// Precondition of all that take an id or a step: step < steps.
class Ledger {
 public:
  Ledger(std::size_t steps, std::size_t rank, std::size_t ranks,
         Routing routing = Routing::by_step);

  /// Whether (sim, step) is known, accepted or dropped.
  bool contains(SampleId id) const;
  /// Whether it is accepted: known, and not dropped.
  bool accepted(SampleId id) const;
  /// Marks it. False (and nothing changes but `duplicate`) when it is known.
  bool accept(SampleId id);
  bool drop(SampleId id);
  void count_duplicate() { ++counts_.duplicate; }

  std::vector<std::uint8_t> held(std::uint64_t sim) const;  ///< bitmap over the study's steps
  bool complete(std::uint64_t sim) const;                   ///< every step of this rank is known
  const LedgerCounts& counts() const { return counts_; }
  std::vector<SampleId> accepted() const;  ///< ordered
  /// Accepted samples whose simulation has the one `lead` steps before accepted as well: those
  /// that autoregressive training can learn. lead 0: all accepted samples.
  std::size_t pairs(std::size_t lead) const;
  std::size_t steps() const { return steps_; }
  std::size_t rank() const { return rank_; }
  std::size_t ranks() const { return ranks_; }
  Routing routing() const { return routing_; }

  /// Format: docs/formats.md. `load` throws Error{input} for a file that is cut, damaged (CRC-32C)
  /// or of another version.
  void save(FileSystem& files, const std::filesystem::path& path) const;
  static Ledger load(FileSystem& files, const std::filesystem::path& path);
  /// The content of such a file. `decode` throws as `load` does.
  std::string encode() const;
  static Ledger decode(std::string_view bytes);

 private:
  using Bits = std::vector<std::uint8_t>;
  struct Simulation {
    Bits accepted, dropped;
    std::size_t known = 0;
  };

  std::size_t bitmap_size() const { return (steps_ + 7) / 8; }
  Simulation& at(std::uint64_t sim);
  bool mark(SampleId id, Bits Simulation::*bits, std::size_t& count);

  std::size_t steps_, rank_, ranks_;
  Routing routing_;
  std::map<std::uint64_t, Simulation> simulations_;
  LedgerCounts counts_;
};

}  // namespace weir
