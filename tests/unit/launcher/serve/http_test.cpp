// Requests, responses and connections of the served page, without a socket.

#include "launcher/serve/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/serve/connection.h"

namespace weir::http {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Phase = Connection::Phase;

/// The status that refuses it; 0: it is good; -1: there is more to come.
int verdict(std::string_view bytes) {
  RequestReader reader;
  return reader.add(bytes) ? reader.refusal() : -1;
}

TEST(Request, IsReadInPiecesOfAnySize) {
  const std::string bytes =
      "GET /a/b?c HTTP/1.1\r\nHost: x\r\nif-none-match:  \"7\" \r\n\r\nwhat follows";
  const Request expected{.method = "GET", .target = "/a/b?c", .if_none_match = "\"7\""};
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    RequestReader reader;
    bool done = false;
    for (std::size_t k = 0; k < bytes.size(); k += size) done = reader.add(bytes.substr(k, size));
    ASSERT_TRUE(done) << size;
    EXPECT_EQ(reader.refusal(), 0) << size;
    EXPECT_EQ(reader.request(), expected) << size;
  }
}

TEST(Request, IsWaitedForToItsEmptyLine) {
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: x\r\n"), -1);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), 0);
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(Request, ThatIsNoneIsRefused) {
  for (const char* line : {"GET /", "GET", "", "GET  / HTTP/1.1", "GET / HTTP/1.1 ",
                           " GET / HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\xff HTTP/1.1",
                           "G(T / HTTP/1.1", "GET / HTTP/11", "GET / http/1.1", "GET / HTTP/1.x"})
    EXPECT_EQ(verdict(std::string(line) + "\r\n\r\n"), 400) << line;
  EXPECT_EQ(verdict("GET / HTTP/2.0\r\n\r\n"), 505);
}

TEST(Request, WithAFieldThatIsNoneIsRefused) {
  for (const char* field :
       {"Host", ": x", "Ho st: x", " folded: x", "Host : x", "A: \x01", "A: b\nC: d"})
    EXPECT_EQ(verdict("GET / HTTP/1.1\r\n" + std::string(field) + "\r\n\r\n"), 400) << field;
}

TEST(Request, LargerThanItsBoundIsRefusedWithoutKeepingIt) {
  const std::string start = "GET / HTTP/1.1\r\nA: ";
  const std::string room(largest_head - start.size() - 4, 'a');
  EXPECT_EQ(verdict(start + room + "\r\n\r\n"), 0);
  EXPECT_EQ(verdict(start + room + "a\r\n\r\n"), 431);
  EXPECT_EQ(verdict(std::string(10 * largest_head, 'a')), 431);
}

TEST(Response, TellsTheBrowserToKeepAndToTellNothing) {
  const auto head = head_of(text_response(404, "there is nothing here"));
  EXPECT_THAT(head, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(head, EndsWith("Content-Length: 22\r\n\r\n"));
  for (const char* line :
       {"Cache-Control: no-store", "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'; script-src 'self'; ", "Connection: close"})
    EXPECT_THAT(head, HasSubstr(std::string(line))) << line;
}

TEST(Response, WithoutABodySaysNothingOfOne) {
  EXPECT_THAT(head_of(text_response(304, "")), testing::Not(HasSubstr("Content-Length")));
}

class ConnectionTest : public testing::Test {
 protected:
  /// What it sends, until it has no more to say.
  std::string all() {
    std::string text;
    while (!connection_.to_send().empty()) {
      const auto piece = connection_.to_send().substr(0, 100);
      text += piece;
      connection_.sent(piece.size(), clock_.now());
    }
    return text;
  }
  void hear(std::string_view bytes) { connection_.received(bytes, answer_, clock_); }
  Phase after(Duration time) {
    clock_.advance(time);
    connection_.check(clock_.now());
    return connection_.phase();
  }

  ManualClock clock_;
  const Patience patience_;
  int asked_ = 0;
  Handler answer_ = [this](const Request&) {
    ++asked_;
    return text_response(200, std::string(1000, 'x'));
  };
  Connection connection_{clock_.now(), patience_};
};

TEST_F(ConnectionTest, AnswersOneRequestAndWaitsForThePeerToClose) {
  hear("GET / HTTP/1.1\r\n");
  EXPECT_EQ(connection_.phase(), Phase::reading);
  hear("\r\nGET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(connection_.phase(), Phase::writing);
  EXPECT_TRUE(connection_.trusted());
  EXPECT_THAT(all(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                           EndsWith("\r\n\r\n" + std::string(1000, 'x') + "\n")));
  EXPECT_EQ(connection_.phase(), Phase::closing);
  hear("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(asked_, 1);
  connection_.peer_closed();
  EXPECT_EQ(connection_.phase(), Phase::over);
}

TEST_F(ConnectionTest, GivesHeadTheHeadAlone) {
  answer_ = [](const Request&) { return text_response(404, std::string(1000, 'x')); };
  hear("HEAD / HTTP/1.1\r\n\r\n");
  EXPECT_FALSE(connection_.trusted()) << "at no good address";
  EXPECT_THAT(all(), EndsWith("Content-Length: 1001\r\n\r\n"));
}

TEST_F(ConnectionTest, TellsWhoIsNotUnderstood) {
  hear("nonsense\r\n\r\n");
  EXPECT_FALSE(connection_.trusted());
  EXPECT_THAT(all(), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(asked_, 0);
  EXPECT_FALSE(connection_.trusted());
}

TEST_F(ConnectionTest, EndsAPeerThatDripsItsRequest) {
  for (int k = 0; k < 4; ++k) {
    hear("G");
    EXPECT_EQ(after(patience_.request / 5), Phase::reading);
  }
  hear("G");
  EXPECT_EQ(after(patience_.request / 5), Phase::over);
}

TEST_F(ConnectionTest, EndsAPeerThatDoesNotTakeItsAnswer) {
  hear("GET / HTTP/1.1\r\n\r\n");
  connection_.sent(1, clock_.now());
  EXPECT_EQ(after(patience_.response - Duration(1)), Phase::writing);
  EXPECT_EQ(after(Duration(1)), Phase::over);
}

TEST_F(ConnectionTest, EndsAPeerThatDoesNotClose) {
  hear("GET / HTTP/1.1\r\n\r\n");
  all();
  EXPECT_EQ(after(patience_.goodbye - Duration(1)), Phase::closing);
  EXPECT_EQ(after(Duration(1)), Phase::over);
}

TEST_F(ConnectionTest, DoesNotCountTheTimeThatAnAnswerTakes) {
  answer_ = [&](const Request&) {
    clock_.advance(2 * patience_.response);
    return text_response(200, "late");
  };
  hear("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(after(Duration(0)), Phase::writing);
}

TEST_F(ConnectionTest, SendsTheRestToAPeerThatSaysNoMore) {
  hear("GET / HTTP/1.1\r\n\r\n");
  connection_.peer_closed();
  EXPECT_THAT(all(), Not(testing::IsEmpty()));
}

TEST_F(ConnectionTest, EndsWithAPeerThatLeavesBeforeItAsked) {
  hear("GET / HT");
  connection_.peer_closed();
  EXPECT_EQ(connection_.phase(), Phase::over);
}

}  // namespace
}  // namespace weir::http
