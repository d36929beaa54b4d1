#include "server/server_state.h"

#include <gmock/gmock.h>

#include "src/core/error.h"

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

std::string error_of(const std::string& text) {
  try {
    server_state(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return "none";
}

TEST(ServerStateText, OfAnotherVersionIsRefusedWithBothVersions) {
  std::string text = to_json(example());
  text.replace(text.find("\"version\":1"), 11, "\"version\":7");
  EXPECT_THAT(error_of(text), testing::AllOf(HasSubstr("version 7"), HasSubstr("version 1")));
}

TEST(ServerStateText, ThatIsDamagedIsRefused) {
  const std::string text = to_json(example());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_THAT(error_of(text.substr(0, size)), HasSubstr("server's state")) << size;
  EXPECT_THAT(error_of("[1]"), HasSubstr("server's state"));
}

}  // namespace
}  // namespace weir
