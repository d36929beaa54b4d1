// Who is given the page: addresses, secrets, and how often it is made.

#include "launcher/serve/site.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/serve/attendance.h"
#include "launcher/serve/listen_address.h"
#include "launcher/serve/pace.h"
#include "launcher/serve/token.h"
#include "src/core/error.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const std::string secret = "0123456789abcdef0123456789abcdef";

class SiteTest : public testing::Test {
 protected:
  http::Response ask(const std::string& target, const std::string& method = "GET",
                     const std::string& tag = "") {
    return answer({.method = method, .target = target, .if_none_match = tag}, secret,
                  [this]() -> const LivePage& {
                    ++made_;
                    return page_;
                  });
  }

  LivePage page_{.html = std::make_shared<const std::string>("the page"), .tag = "\"3\""};
  int made_ = 0;
};

TEST_F(SiteTest, GivesThePageToWhoKnowsTheSecret) {
  const auto response = ask("/" + secret + "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.body, "the page");
  EXPECT_THAT(response.headers, HasSubstr("ETag: \"3\"\r\n"));
}

TEST_F(SiteTest, GivesNothingTwice) {
  const auto response = ask("/" + secret + "/", "GET", "\"3\"");
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(*response.body, "");
  EXPECT_EQ(ask("/" + secret + "/", "GET", "\"2\"").status, 200);
}

TEST_F(SiteTest, GivesNothingAtAnAddressThatDoesNotBeginAtItsRoot) {
  EXPECT_EQ(ask("?" + secret + "/").status, 404);
  EXPECT_EQ(made_, 0);
}

TEST_F(SiteTest, GivesTheScriptBesideThePage) {
  const auto response = ask("/" + secret + "/live.js");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.type, "text/javascript; charset=utf-8");
  EXPECT_THAT(*response.body, HasSubstr("fetch(location.href"));
}

TEST_F(SiteTest, AnswersAllElseAlike) {
  const auto nothing = head_of(http::text_response(404, "there is nothing here"));
  std::string other = secret;
  other.back() = '0';
  const std::vector<std::string> targets = {"/",
                                            "*",
                                            "",
                                            secret + "/",
                                            "/" + secret,
                                            "/" + secret + "x",
                                            "/" + other + "/",
                                            "/" + secret.substr(1) + "/",
                                            "/" + secret + "/../run/client.key",
                                            "/" + secret + "/study.json",
                                            "/" + secret + "//",
                                            "/" + secret + "/?x",
                                            "/" + secret + "/%2e%2e/",
                                            "/../" + secret + "/",
                                            "http://x/" + secret + "/"};
  for (const auto& target : targets) {
    const auto response = ask(target);
    EXPECT_EQ(head_of(response), nothing) << target;
    EXPECT_EQ(*response.body, "there is nothing here\n") << target;
  }
  EXPECT_EQ(made_, 0);
}

TEST_F(SiteTest, RefusesOtherMethodsWhateverTheAddress) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get"}) {
    EXPECT_EQ(head_of(ask("/" + secret + "/", method)), head_of(ask("/", method))) << method;
    EXPECT_EQ(ask("/", method).status, 405) << method;
  }
}

TEST(Token, HasThirtyTwoDigitsThatAreNeverTheSame) {
  std::set<std::string> tokens;
  for (int k = 0; k < 1000; ++k) tokens.insert(make_token());
  EXPECT_EQ(tokens.size(), 1000u);
  for (const auto& token : tokens) EXPECT_THAT(token, MatchesRegex("[0-9a-f]{32}"));
}

TEST(Token, IsTheSameOnlyWithEveryCharacter) {
  EXPECT_TRUE(is_same_secret(secret, secret));
  for (std::size_t k = 0; k < secret.size(); ++k) {
    std::string other = secret;
    other[k] = 'x';
    EXPECT_FALSE(is_same_secret(other, secret)) << k;
  }
  EXPECT_FALSE(is_same_secret(secret.substr(1), secret));
  EXPECT_FALSE(is_same_secret("", secret));
}

TEST(ListenAddress, IsReadWithItsPort) {
  const auto text_of = [](const char* text) {
    const auto address = parse_listen_address(text);
    return address.host + " " + std::to_string(address.port) + (address.v6 ? " 6" : " 4") +
           (address.is_loopback() ? " here" : "") + (address.is_any() ? " any" : "");
  };
  EXPECT_EQ(text_of("127.0.0.1:8080"), "127.0.0.1 8080 4 here");
  EXPECT_EQ(text_of("localhost:0"), "127.0.0.1 0 4 here");
  EXPECT_EQ(text_of("8080"), "127.0.0.1 8080 4 here");
  EXPECT_EQ(text_of("127.8.0.1:1"), "127.8.0.1 1 4 here");
  EXPECT_EQ(text_of("[::1]:65535"), "::1 65535 6 here");
  EXPECT_EQ(text_of("[0:0:0:0:0:0:0:1]:1"), "::1 1 6 here");
  EXPECT_EQ(text_of("0.0.0.0:80"), "0.0.0.0 80 4 any");
  EXPECT_EQ(text_of("[::]:80"), ":: 80 6 any");
  EXPECT_EQ(text_of("192.0.2.7:80"), "192.0.2.7 80 4");
}

TEST(ListenAddress, ThatIsNoneIsRefusedByItsValue) {
  for (const char* text : {"", ":", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:65536",
                           "127.0.0.1:-1", "127.0.0.1:8o", "1.2.3:80", "::1:80", "[::1]",
                           "[localhost]:80", "[]:80", "login1:80", "0x7f.1:80", " 8080"}) {
    try {
      parse_listen_address(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << text;
      EXPECT_THAT(error.what(), HasSubstr("'" + std::string(text) + "'"));
    }
  }
}

TEST(Attendance, LastsAnHourFromTheLastRequestOnceNobodyDrivesAStudy) {
  const Time start{};
  Attendance attendance(start);
  const auto after = [&](int minutes) { return start + std::chrono::minutes(minutes); };
  attendance.turn(after(100), /*driven=*/true);
  EXPECT_FALSE(attendance.over(after(159)));
  attendance.turn(after(159), /*driven=*/false);
  EXPECT_TRUE(attendance.over(after(160)));
  attendance.request(after(159));
  EXPECT_FALSE(attendance.over(after(218)));
  EXPECT_TRUE(attendance.over(after(219)));
}

TEST(Pace, LetsATenthOfTheTimeGoIntoMaking) {
  using std::chrono::seconds;
  const Time start{};
  Pace pace;
  EXPECT_TRUE(pace.due(start));
  pace.made(start, start + seconds(5));
  EXPECT_FALSE(pace.due(start + seconds(50) - Duration(1)));
  EXPECT_TRUE(pace.due(start + seconds(50)));
  pace.made(start, start);
  EXPECT_FALSE(pace.due(start + Pace::least - Duration(1)));
  EXPECT_TRUE(pace.due(start + Pace::least));
}

}  // namespace
}  // namespace weir
