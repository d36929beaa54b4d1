// The endpoint file: there and back, and each way in which it can be wrong.

#include "src/wire/endpoint_file.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir::wire {
namespace {

namespace fs = std::filesystem;

EndpointFile example() {
  EndpointFile content;
  content.study = 0xffffffffffffffffULL;  // no double holds it
  content.schema = 2;
  content.epoch = 3;
  content.endpoints = {"ipc:///a", "tcp://127.0.0.1:4"};
  content.fields = {{"temperature", 10000}, {"pressure", 100}};
  content.steps = 100;
  content.stride = 5;
  content.times = true;
  content.parameters = {"t0", "t1"};
  content.window_bytes = 64u << 20;
  content.timeout = 0.5;
  return content;
}

class EndpointFileTest : public ::testing::Test {
 protected:
  void write_text(const std::string& text) { posix_file_system().replace(path_, text, 0600); }
  std::string read_text() { return posix_file_system().read(path_); }
  std::string error_of_reading() {
    try {
      read_endpoint_file(posix_file_system(), path_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      return error.what();
    }
    return "no error";
  }
  test::TemporaryFolder folder_;
  fs::path path_ = folder_ / "endpoint.json";
};

TEST_F(EndpointFileTest, ComesBackAsItWasWritten) {
  write_endpoint_file(posix_file_system(), path_, example());
  const auto content = read_endpoint_file(posix_file_system(), path_);
  EXPECT_EQ(content.study, example().study);
  EXPECT_EQ(content.schema, 2u);
  EXPECT_EQ(content.epoch, 3u);
  EXPECT_EQ(content.endpoints, example().endpoints);
  ASSERT_EQ(content.fields.size(), 2u);
  EXPECT_EQ(content.fields[1].name, "pressure");
  EXPECT_EQ(content.fields[1].size, 100u);
  EXPECT_EQ(content.steps, 100u);
  EXPECT_EQ(content.stride, 5u);
  EXPECT_TRUE(content.times);
  EXPECT_EQ(content.parameters, example().parameters);
  EXPECT_EQ(content.window_bytes, 64u << 20);
  EXPECT_EQ(content.timeout, 0.5);
}

TEST_F(EndpointFileTest, IsPrivateToItsOwner) {
  write_endpoint_file(posix_file_system(), path_, example());
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(EndpointFileTest, ThatIsNotThereSaysSo) {
  EXPECT_NE(error_of_reading().find("is not there"), std::string::npos);
}

TEST_F(EndpointFileTest, ThatOthersMayReadIsRefused) {
  write_endpoint_file(posix_file_system(), path_, example());
  fs::permissions(path_, fs::perms::group_read, fs::perm_options::add);
  EXPECT_NE(error_of_reading().find("chmod 600"), std::string::npos);
}

TEST_F(EndpointFileTest, CutShortAnywhereIsRefused) {
  write_endpoint_file(posix_file_system(), path_, example());
  const auto whole = read_text();
  for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
    write_text(whole.substr(0, size));
    EXPECT_NE(error_of_reading().find("cut short or damaged"), std::string::npos) << size;
  }
}

TEST_F(EndpointFileTest, WithAValueOfTheWrongTypeIsRefused) {
  write_text(R"({"format": 3, "study": "no number"})");
  EXPECT_NE(error_of_reading().find("damaged"), std::string::npos);
}

TEST_F(EndpointFileTest, OfAnotherFormatNamesBothFormats) {
  write_text(R"({"format": 7})");
  const auto error = error_of_reading();
  EXPECT_NE(error.find("format 7"), std::string::npos) << error;
  EXPECT_NE(error.find("reads 3"), std::string::npos) << error;
}

}  // namespace
}  // namespace weir::wire
