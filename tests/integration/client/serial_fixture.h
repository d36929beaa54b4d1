#pragma once
// A study directory and the environment of simulation 0, for tests of the serial client.

#include <weir/client.h>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "tests/support/fake_server.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {

class SerialClientTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("WEIR_STUDY_DIR", folder_.path().c_str(), 1);
    setenv("WEIR_SIM", "0", 1);
    setenv("WEIR_ATTEMPT", "0", 1);
  }
  void TearDown() override {
    if (client_ != nullptr) weir_finalize(&client_);
  }

  void serve(const FakeStudy& study) {
    server_ = std::make_unique<FakeServer>(folder_.path(), study);
  }
  void serve_and_connect(const FakeStudy& study) {
    serve(study);
    ASSERT_EQ(weir_init_serial(&client_), WEIR_OK) << weir_last_error(nullptr);
  }
  weir_status send(const std::string& field, const std::vector<double>& values) {
    return weir_send(client_, field.c_str(), values.data(), values.size());
  }
  std::string last_error() const { return weir_last_error(client_); }

  TemporaryFolder folder_;
  std::unique_ptr<FakeServer> server_;
  weir_client* client_ = nullptr;
};

}  // namespace weir::test
