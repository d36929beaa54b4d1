// Who may connect: the answer to ZeroMQ's question about a key.

#include "src/wire/zap.h"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>
#include <zmq.h>

#include "src/wire/keys.h"

namespace weir::wire {
namespace {

std::string raw(const std::string& z85) {
  std::array<std::uint8_t, 32> bytes{};
  zmq_z85_decode(bytes.data(), z85.c_str());
  return {bytes.begin(), bytes.end()};
}

std::vector<std::string> question(const std::string& mechanism, const std::string& credentials) {
  return {"1.0", "request 7", "weir", "192.0.2.1", /*identity=*/"", mechanism, credentials};
}

class Zap : public ::testing::Test {
 protected:
  const std::string known_ = make_curve_key().public_key;
  const std::string stranger_ = make_curve_key().public_key;
  const AllowList allowed_ = {known_};
};

TEST_F(Zap, LetsAListedKeyInAndRepeatsTheRequestsNumber) {
  const ZapAnswer answer = answer_zap(question("CURVE", raw(known_)), allowed_);
  EXPECT_TRUE(answer.allowed);
  ASSERT_EQ(answer.frames.size(), 6u);
  EXPECT_EQ(answer.frames[0], "1.0");
  EXPECT_EQ(answer.frames[1], "request 7");
  EXPECT_EQ(answer.frames[2], "200");
}

TEST_F(Zap, RefusesAKeyThatIsNotListed) {
  const ZapAnswer answer = answer_zap(question("CURVE", raw(stranger_)), allowed_);
  EXPECT_FALSE(answer.allowed);
  ASSERT_EQ(answer.frames.size(), 6u);
  EXPECT_EQ(answer.frames[2], "400");
}

TEST_F(Zap, RefusesEveryOtherMechanism) {
  EXPECT_FALSE(answer_zap(question("NULL", raw(known_)), allowed_).allowed);
  EXPECT_FALSE(answer_zap(question("PLAIN", raw(known_)), allowed_).allowed);
}

TEST_F(Zap, WithoutAListLetsInWhoShowsNoKeyAndNobodyElse) {
  const std::vector<std::string> open = {"1.0", "request 7", "weir", "192.0.2.1", "", "NULL"};
  EXPECT_TRUE(answer_zap(open, std::nullopt).allowed);
  EXPECT_FALSE(answer_zap(question("CURVE", raw(known_)), std::nullopt).allowed);
  EXPECT_FALSE(answer_zap(open, allowed_).allowed);
}

TEST_F(Zap, RefusesAKeyOfTheWrongLengthAndMissingParts) {
  EXPECT_FALSE(answer_zap(question("CURVE", raw(known_) + "x"), allowed_).allowed);
  EXPECT_FALSE(answer_zap(question("CURVE", ""), allowed_).allowed);
  EXPECT_FALSE(answer_zap({"1.0", "request 7", "weir"}, allowed_).allowed);
  EXPECT_TRUE(answer_zap({"1.0"}, allowed_).frames.empty());
  EXPECT_TRUE(answer_zap({}, allowed_).frames.empty());
}

}  // namespace
}  // namespace weir::wire
