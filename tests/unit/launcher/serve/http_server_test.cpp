// Peers at real sockets: who is heard, and who has to go.

#include "launcher/serve/http_server.h"

#include <list>
#include <memory>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace weir::http {
namespace {

/// A browser, of which nobody knows what it wants.
class Visitor {
 public:
  explicit Visitor(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(*socket_, reinterpret_cast<sockaddr*>(&place), sizeof place), 0);
  }
  void say(const std::string& text) const {
    EXPECT_EQ(send(*socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Whether the server has left it, without a word.
  bool is_left() const {
    pollfd state{.fd = *socket_, .events = POLLIN, .revents = 0};
    char byte = 0;
    return poll(&state, 1, 0) == 1 && recv(*socket_, &byte, 1, MSG_PEEK) <= 0;
  }

 private:
  Socket socket_;
};

class HttpServerTest : public testing::Test {
 protected:
  static constexpr auto most = HttpServer::most_connections;

  /// Until so many have been let in.
  void serve_until_there_are(std::size_t connections) {
    for (int turns = 0; server_.connections() < connections && turns < 1000; ++turns) turn();
    ASSERT_EQ(server_.connections(), connections);
  }
  void turn() { server_.turn(std::chrono::milliseconds(10), answer_); }
  const Visitor& visit() { return visitors_.emplace_back(server_.port()); }

  const SystemClock clock_;
  HttpServer server_{ListenAddress{}, clock_};
  const Handler answer_ = [](const Request& request) {
    const bool known = request.target == "/page";
    return text_response(known ? 200 : 404, std::string(known ? 32 << 20 : 1, 'x'));
  };
  std::list<Visitor> visitors_;
};

TEST_F(HttpServerTest, EndsTheOldestStrangerForOneTooMany) {
  const Visitor& reader = visit();  // does not take its page for now
  serve_until_there_are(1);
  reader.say("GET /page HTTP/1.1\r\n\r\n");
  for (int k = 0; k < 10; ++k) turn();
  const Visitor &first = visit(), &second = visit();
  while (visitors_.size() < most) visit();
  serve_until_there_are(most);
  EXPECT_FALSE(first.is_left());
  visit();
  for (int turns = 0; !first.is_left() && turns < 1000; ++turns) turn();
  EXPECT_TRUE(first.is_left());
  EXPECT_FALSE(second.is_left());
  EXPECT_FALSE(reader.is_left());
  EXPECT_EQ(server_.connections(), most);
}

TEST_F(HttpServerTest, EndsTheOldestWhereNobodyIsAStranger) {
  for (std::size_t k = 0; k < most; ++k) {
    visit();
    serve_until_there_are(k + 1);
    visitors_.back().say("GET /page HTTP/1.1\r\n\r\n");
    for (int turns = 0; turns < 3; ++turns) turn();
  }
  visit();
  for (int turns = 0; turns < 20; ++turns) turn();
  EXPECT_EQ(server_.connections(), most);
}

TEST(HttpServer, WaitsForNobodyLongerThanForTheSlowestPeer) {
  const SystemClock clock;
  Patience patience;
  patience.request = std::chrono::milliseconds(50);
  HttpServer server(ListenAddress{}, clock, patience);
  const Handler nothing = [](const Request&) { return text_response(404, ""); };
  const Visitor visitor(server.port());
  while (server.connections() == 0) server.turn(std::chrono::milliseconds(10), nothing);
  const Time began = clock.now();
  while (server.connections() > 0) server.turn(std::chrono::seconds(20), nothing);
  EXPECT_LT(clock.now() - began, std::chrono::seconds(10));
}

}  // namespace
}  // namespace weir::http
