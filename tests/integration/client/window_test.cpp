// The window: how far a solver may run ahead of a server that takes its samples slowly.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using ClientWindow = SerialClientTest;

TEST_F(ClientWindow, ASolverNeverRunsFurtherAheadThanTheWindow) {
  constexpr std::size_t values = 1000, window_samples = 4, steps = 40;
  FakeStudy study;
  study.fields = {{"u", values}};
  study.steps = steps;
  study.room = 0;
  study.window_bytes = window_samples * values * sizeof(float);
  serve_and_connect(study);
  std::atomic<std::size_t> sent = 0;
  std::atomic<bool> ok = true;
  std::thread solver([&] {
    for (; sent < steps && ok; ++sent)
      ok = send("u", std::vector<double>(values, static_cast<double>(sent))) == WEIR_OK;
  });
  for (std::size_t taken = 0; taken < steps; ++taken) {
    while (ok && sent < std::min(taken + window_samples, steps)) std::this_thread::yield();
    const std::size_t ahead = sent;  // read before the server may take one more
    EXPECT_LE(ahead, taken + window_samples);
    server_->rank(0).give_room(1);
    EXPECT_TRUE(server_->rank(0).wait_for_accepted(taken + 1, /*seconds=*/20));
  }
  solver.join();
  EXPECT_TRUE(ok) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_EQ(server_->accepted(), steps);
}

}  // namespace
}  // namespace weir::test
