#pragma once
// A client on 1 to 4 MPI ranks whose server runs in rank 0's process, gathered and in parts.
#include <weir/client.h>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <mpi.h>
#include <stdlib.h>

#include "tests/support/fake_server.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {

inline int rank() {
  int value = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &value);
  return value;
}

inline int ranks() {
  int value = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &value);
  return value;
}

/// Whether all ranks have the value of rank 0.
inline bool same_everywhere(int value) {
  int least = 0, most = 0;
  MPI_Allreduce(&value, &least, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  MPI_Allreduce(&value, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return least == most;
}

/// Every test's body runs on all ranks; what the server received is checked on rank 0.
class MpiClient : public testing::TestWithParam<bool> {
 protected:
  static bool in_parts() { return GetParam(); }
  weir_status init(MPI_Comm comm) {
    return in_parts() ? weir_init_parts(comm, &client_) : weir_init(comm, &client_);
  }
  void connect(const FakeStudy& study) {
    if (rank() == 0) {
      setenv("WEIR_STUDY_DIR", folder_.path().c_str(), 1);
      setenv("WEIR_SIM", "0", 1);
      server_ = std::make_unique<FakeServer>(folder_.path(), study);
    }
    ASSERT_EQ(init(MPI_COMM_WORLD), WEIR_OK) << weir_last_error(nullptr);
  }
  void TearDown() override {
    if (client_ != nullptr) weir_finalize(&client_);
    MPI_Barrier(MPI_COMM_WORLD);
    unsetenv("WEIR_STUDY_DIR");
    unsetenv("WEIR_SIM");
  }
  weir_status send(const std::string& field, const std::vector<double>& values) {
    return weir_send(client_, field.c_str(), values.data(), values.size());
  }
  void expect_finalized(weir_status expected) {
    EXPECT_EQ(weir_finalize(&client_), expected) << weir_last_error(nullptr);
    EXPECT_EQ(client_, nullptr);
  }

  TemporaryFolder folder_;
  std::unique_ptr<FakeServer> server_;  // on rank 0
  weir_client* client_ = nullptr;
};

/// Rank r's part of a field that is divided unevenly: r has r parts of 6 values, the last rank the
/// rest.
inline std::vector<double> uneven_part(std::size_t total, double offset) {
  const auto me = static_cast<std::size_t>(rank());
  const std::size_t first = 6 * (me * (me - 1) / 2);
  const std::size_t last = rank() + 1 == ranks() ? total : first + 6 * me;
  std::vector<double> values;
  for (std::size_t i = first; i < last; ++i) values.push_back(offset + static_cast<double>(i));
  return values;
}

}  // namespace weir::test
