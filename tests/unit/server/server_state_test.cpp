#include "server/server_state.h"

#include <gmock/gmock.h>

#include "tests/support/refusal.h"

namespace weir {
namespace {

using testing::HasSubstr;

ServerState example() {
  ServerState state;
  state.seconds = 12.5;
  state.table.simulations = {{/*sim=*/3, /*attempt=*/2, /*failures=*/1, /*given_up=*/false},
                             {/*sim=*/9, /*attempt=*/0, /*failures=*/1, /*given_up=*/true}};
  state.table.restarted = 2;
  state.table.next_replacement = 11;
  return state;
}

TEST(ServerStateText, IsReadAsItWasWritten) {
  const ServerState read = server_state(to_json(example()));
  EXPECT_EQ(read.seconds, 12.5);
  EXPECT_EQ(read.table, example().table);
}

TEST(ServerStateText, HasAdaptiveSamplingToTheLastBit) {
  ServerState state = example();
  state.sampling.emplace();
  state.sampling->losses = {.level = 1.0 / 3,
                            .lag = 1.0 / 7,
                            .batches = 4,
                            .factors = {0.1, 2.5},
                            .counts = {7, 1000},
                            .untold = {{4, {.sum = 0.7, .samples = 3}}}};
  state.sampling->memory = {{1, {.sum = 1e-17, .samples = 0.125}}};
  state.sampling->redraws = {.redraws = 3,
                             .first = 6,
                             .proposals = {{9, {9, DrawnBy::strategy, {0.3, -1.0 / 7}}},
                                           {10, {10, DrawnBy::exploration, {2, 5}}}}};
  state.sampling->settled = 9;
  EXPECT_EQ(server_state(to_json(state)).sampling, state.sampling);
  EXPECT_FALSE(server_state(to_json(example())).sampling);
}

std::string refusal(const std::string& text) {
  return test::refusal(ErrorKind::input, [&] { server_state(text); });
}

TEST(ServerStateText, OfAnotherVersionIsRefusedWithBothVersions) {
  std::string text = to_json(example());
  text.replace(text.find("\"version\":1"), 11, "\"version\":7");
  EXPECT_THAT(refusal(text), testing::AllOf(HasSubstr("version 7"), HasSubstr("version 1")));
}

TEST(ServerStateText, ThatIsDamagedIsRefused) {
  const std::string text = to_json(example());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_THAT(refusal(text.substr(0, size)), HasSubstr("server's state")) << size;
  EXPECT_THAT(refusal("[1]"), HasSubstr("server's state"));
}

}  // namespace
}  // namespace weir
