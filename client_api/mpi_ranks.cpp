#include "client_api/mpi_ranks.h"

#include <chrono>
#include <thread>

#include "client_api/failure.h"

namespace weir::client {
namespace {

constexpr int root_rank = 0;

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Failure(WEIR_ERROR_MPI, std::string(call) + " failed: " + text);
}

bool finalized() {
  int flag = 0;
  MPI_Finalized(&flag);
  return flag != 0;
}

void require_running() {
  int initialised = 0;
  MPI_Initialized(&initialised);
  if (initialised == 0) {
    throw Failure(WEIR_ERROR_MPI, "MPI is not initialised; call MPI_Init before weir_init");
  }
  if (finalized()) {
    throw Failure(WEIR_ERROR_MPI, "MPI is finalised; call weir_finalize before MPI_Finalize");
  }
}

/// Waits as MPI_Wait does, but sleeps when it takes long: the root, or in parts any rank, may be
/// waiting for a server that trains on the same cores, and MPI_Wait would keep one of them busy for
/// each other rank.
void await(MPI_Request& request) {
  constexpr int polls_before_sleep = 1000;
  for (int polls = 0;; ++polls) {
    int done = 0;
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done != 0) return;
    if (polls < polls_before_sleep) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
}

/// MPI itself would end the program: its error handler is not weir's before there is a duplicate.
void require_group(MPI_Comm comm) {
  if (comm == MPI_COMM_NULL) {
    throw Failure(WEIR_ERROR_ARGUMENT,
                  "weir_init: the communicator is MPI_COMM_NULL; it has to be one that this "
                  "process is in");
  }
  int inter = 0;
  check(MPI_Comm_test_inter(comm, &inter), "MPI_Comm_test_inter");
  if (inter != 0) {
    throw Failure(WEIR_ERROR_ARGUMENT,
                  "weir_init: the communicator joins two groups; it has to be of one, that of the "
                  "simulation's ranks");
  }
}

}  // namespace

MpiRanks::MpiRanks(MPI_Comm comm) {
  require_running();
  require_group(comm);
  check(MPI_Comm_dup(comm, &comm_), "MPI_Comm_dup");
  check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  int rank = 0, size = 1;
  check(MPI_Comm_rank(comm_, &rank), "MPI_Comm_rank");
  check(MPI_Comm_size(comm_, &size), "MPI_Comm_size");
  rank_ = static_cast<std::size_t>(rank);
  size_ = static_cast<std::size_t>(size);
  counts_.resize(size_);
  displacements_.resize(size_);
}

MpiRanks::~MpiRanks() {
  if (!finalized()) MPI_Comm_free(&comm_);
}

std::vector<std::uint64_t> MpiRanks::gather_words(std::span<const std::uint64_t> words) {
  require_running();
  std::vector<std::uint64_t> all(root() ? words.size() * size_ : 0);
  const int count = static_cast<int>(words.size());
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Igather(words.data(), count, MPI_UINT64_T, all.data(), count, MPI_UINT64_T, root_rank,
                    comm_, &request),
        "MPI_Igather");
  await(request);  // another rank may be waiting for the server
  return all;
}

void MpiRanks::gather_values(std::span<float> values, std::span<const std::size_t> counts) {
  if (!root()) {
    check(MPI_Gatherv(values.data(), static_cast<int>(values.size()), MPI_FLOAT, nullptr, nullptr,
                      nullptr, MPI_FLOAT, root_rank, comm_),
          "MPI_Gatherv");
    return;
  }
  int displacement = 0;
  for (std::size_t r = 0; r < size_; ++r) {
    counts_[r] = static_cast<int>(counts[r]);
    displacements_[r] = displacement;
    displacement += counts_[r];
  }
  check(MPI_Gatherv(MPI_IN_PLACE, 0, MPI_FLOAT, values.data(), counts_.data(),
                    displacements_.data(), MPI_FLOAT, root_rank, comm_),
        "MPI_Gatherv");
}

void MpiRanks::broadcast(std::span<std::byte> bytes) {
  require_running();
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ibcast(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, root_rank, comm_,
                   &request),
        "MPI_Ibcast");
  await(request);
}

}  // namespace weir::client
