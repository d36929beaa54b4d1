#pragma once
// The ranks of a solver as one of them sees the others: the seam between the client and MPI.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::client {

/// Every call is collective and made on the solver's thread. All throw Failure{WEIR_ERROR_MPI}.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;
  bool root() const { return rank() == 0; }

  /// As many words from each rank; on the root all of them in rank order, elsewhere nothing.
  virtual std::vector<std::uint64_t> gather_words(std::span<const std::uint64_t> words) = 0;
  /// On the root `values` is the whole, counts[0] values of its own in front; the others' are
  /// filled in behind, counts[r] from rank r. Elsewhere `values` are the rank's own, and `counts`
  /// is not read. Precondition: the sum of the counts is values.size() on the root and at most
  /// INT_MAX.
  virtual void gather_values(std::span<float> values, std::span<const std::size_t> counts) = 0;
  /// The root's bytes on all ranks; `bytes` has one size everywhere.
  virtual void broadcast(std::span<std::byte> bytes) = 0;
};

/// A solver of one process, without MPI.
class SerialRanks final : public Ranks {
 public:
  std::size_t rank() const override { return 0; }
  std::size_t size() const override { return 1; }
  std::vector<std::uint64_t> gather_words(std::span<const std::uint64_t> words) override {
    return {words.begin(), words.end()};
  }
  void gather_values(std::span<float>, std::span<const std::size_t>) override {}
  void broadcast(std::span<std::byte>) override {}
};

}  // namespace weir::client
