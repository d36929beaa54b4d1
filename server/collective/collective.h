#pragma once
// What the ranks of a server do together. Only the trainer thread calls it; every call is made by
// all ranks in the same order.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace weir {

/// Errors: Error{environment} when a peer is gone.
class Collective {
 public:
  virtual ~Collective() = default;
  virtual std::size_t rank() const = 0;
  virtual std::size_t ranks() const = 0;
  virtual std::size_t local_rank() const = 0;            ///< among the ranks of this machine
  virtual void sum(std::span<std::int64_t> values) = 0;  ///< in place, the same on all ranks
  virtual void sum(std::span<double> values) = 0;        ///< in place, bit-identical on all ranks
  virtual void sum(std::span<float> values) = 0;         ///< in place, bit-identical on all ranks
  virtual void broadcast(std::span<float> values) = 0;   ///< from rank 0
  virtual std::vector<std::int64_t> gather(
      std::span<const std::int64_t> values) = 0;  ///< of all ranks, in rank order, on all ranks
};

/// One rank, no MPI.
std::unique_ptr<Collective> make_single_collective();
/// Over a duplicate of MPI_COMM_WORLD. Precondition: MPI is initialised (at least
/// MPI_THREAD_FUNNELED) by this thread. Waits for the small control word politely (the core is
/// yielded to solvers), for gradients eagerly.
std::unique_ptr<Collective> make_mpi_collective();

}  // namespace weir
