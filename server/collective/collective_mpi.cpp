#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>
#include <thread>

#include <mpi.h>

#include "server/collective/collective.h"
#include "src/core/error.h"

namespace weir {
namespace {

using std::chrono::steady_clock;
constexpr std::size_t block_size = std::size_t{1} << 30;  // MPI counts are ints
constexpr int spins = 200;                                // about as long as a peer in step needs
constexpr std::chrono::microseconds longest_pause{100};
constexpr std::chrono::minutes patience{10};

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(ErrorKind::environment, std::string(call) + " failed between the server ranks: " +
                                          std::string(text, static_cast<std::size_t>(length)) +
                                          "; see the logs of the other ranks");
}

/// Leaves the core to solvers: a rank may wait here for as long as another has nothing to train on.
void wait_politely(MPI_Request& request, const char* call) {
  const auto give_up = steady_clock::now() + patience;
  std::chrono::microseconds pause{1};
  int done = 0;
  for (int turn = 0;; ++turn) {
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), call);
    if (done != 0) return;
    if (turn < spins) continue;
    if (steady_clock::now() > give_up) {
      throw Error(
          ErrorKind::environment,
          std::string(call) +
              ": another server rank has not answered for 600 s; see the other ranks' logs");
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

template <typename T>
void in_blocks(std::span<T> values, auto&& call) {
  for (std::size_t begin = 0; begin < values.size(); begin += block_size) {
    const auto part = values.subspan(begin, std::min(block_size, values.size() - begin));
    call(part.data(), static_cast<int>(part.size()));
  }
}

class MpiCollective final : public Collective {
 public:
  MpiCollective() {
    check(MPI_Comm_dup(MPI_COMM_WORLD, &communicator_), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(communicator_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_rank(communicator_, &rank_), "MPI_Comm_rank");
    check(MPI_Comm_size(communicator_, &ranks_), "MPI_Comm_size");
    MPI_Comm machine = MPI_COMM_NULL;
    check(MPI_Comm_split_type(communicator_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine),
          "MPI_Comm_split_type");
    check(MPI_Comm_rank(machine, &local_rank_), "MPI_Comm_rank");
    check(MPI_Comm_free(&machine), "MPI_Comm_free");
  }
  ~MpiCollective() override {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized == 0) MPI_Comm_free(&communicator_);
  }

  std::size_t rank() const override { return static_cast<std::size_t>(rank_); }
  std::size_t ranks() const override { return static_cast<std::size_t>(ranks_); }
  std::size_t local_rank() const override { return static_cast<std::size_t>(local_rank_); }

  void sum(std::span<std::int64_t> values) override { sum_politely(values, MPI_INT64_T); }
  void sum(std::span<double> values) override { sum_politely(values, MPI_DOUBLE); }

  void sum(std::span<float> values) override {
    in_blocks(values, [this](float* data, int count) {
      check(MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_FLOAT, MPI_SUM, communicator_),
            "MPI_Allreduce");
    });
  }

  void broadcast(std::span<float> values) override {
    in_blocks(values, [this](float* data, int count) {
      check(MPI_Bcast(data, count, MPI_FLOAT, 0, communicator_), "MPI_Bcast");
    });
  }

  std::vector<std::int64_t> gather(std::span<const std::int64_t> values) override {
    const int mine = static_cast<int>(values.size());
    std::vector<int> counts(ranks());
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Iallgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, communicator_, &request),
          "MPI_Iallgather");
    wait_politely(request, "MPI_Iallgather");
    std::vector<int> offsets(ranks());
    std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
    std::vector<std::int64_t> all(static_cast<std::size_t>(offsets.back() + counts.back()));
    check(MPI_Iallgatherv(values.data(), mine, MPI_INT64_T, all.data(), counts.data(),
                          offsets.data(), MPI_INT64_T, communicator_, &request),
          "MPI_Iallgatherv");
    wait_politely(request, "MPI_Iallgatherv");
    return all;
  }

 private:
  template <typename T>
  void sum_politely(std::span<T> values, MPI_Datatype type) {
    in_blocks(values, [this, type](T* data, int count) {
      MPI_Request request = MPI_REQUEST_NULL;
      check(MPI_Iallreduce(MPI_IN_PLACE, data, count, type, MPI_SUM, communicator_, &request),
            "MPI_Iallreduce");
      wait_politely(request, "MPI_Iallreduce");
    });
  }

  MPI_Comm communicator_ = MPI_COMM_NULL;
  int rank_ = 0;
  int ranks_ = 1;
  int local_rank_ = 0;
};

}  // namespace

std::unique_ptr<Collective> make_mpi_collective() { return std::make_unique<MpiCollective>(); }

}  // namespace weir
