#pragma once
// The ranks of an MPI solver.

#include <string>
#include <vector>

#include <mpi.h>

#include "client_api/ranks.h"

namespace weir::client {

/// Works on a duplicate of the communicator, so that the client's messages never meet the solver's;
/// errors come back as Failure instead of ending the program.
class MpiRanks final : public Ranks {
 public:
  /// Collective. Failure{WEIR_ERROR_MPI}: MPI is not initialised, or already finalised.
  explicit MpiRanks(MPI_Comm comm);
  ~MpiRanks() override;  ///< collective; after MPI_Finalize the duplicate is left alone
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }
  std::vector<std::uint64_t> gather_words(std::span<const std::uint64_t> words) override;
  void gather_values(std::span<float> values, std::span<const std::size_t> counts) override;
  void broadcast(std::span<std::byte> bytes) override;

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
  std::size_t rank_ = 0, size_ = 1;
  std::vector<int> counts_, displacements_;  ///< of gather_values, kept to be allocated once
};

}  // namespace weir::client
