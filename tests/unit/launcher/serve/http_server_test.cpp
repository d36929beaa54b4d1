// Peers at real sockets: who is heard, and who has to go.

#include "launcher/serve/http_server.h"

#include <cerrno>
#include <functional>
#include <list>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

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
  /// Whether something has come for it.
  bool is_answered() const {
    pollfd state{.fd = *socket_, .events = POLLIN, .revents = 0};
    return poll(&state, 1, 0) == 1;
  }
  /// Whether the server has left it. What it has sent is thrown away.
  bool is_left() const {
    char bytes[1 << 16];
    ssize_t count = 1;
    while (count > 0) count = recv(*socket_, bytes, sizeof bytes, MSG_DONTWAIT);
    return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  Socket socket_;
};

class HttpServerTest : public testing::Test {
 protected:
  static constexpr auto most = HttpServer::most_connections;

  void serve_until(const std::function<bool()>& what) {
    for (int turns = 0; !what() && turns < 2000; ++turns)
      server_.turn(std::chrono::milliseconds(10), answer_);
    ASSERT_TRUE(what());
  }
  void serve_until_there_are(std::size_t connections) {
    serve_until([&] { return server_.connections() == connections; });
  }
  const Visitor& visit() { return visitors_.emplace_back(server_.port()); }
  /// Who has shown a good address, and takes more than fits into a socket at its leisure.
  const Visitor& visit_the_page() {
    const std::size_t others = server_.connections();
    const Visitor& reader = visit();
    serve_until_there_are(others + 1);
    reader.say("GET /page HTTP/1.1\r\n\r\n");
    serve_until([&] { return reader.is_answered(); });
    return reader;
  }

  const SystemClock clock_;
  HttpServer server_{ListenAddress{}, clock_};
  const Handler answer_ = [](const Request& request) {
    const bool known = request.target == "/page";
    return text_response(known ? 200 : 404, std::string(known ? 32 << 20 : 1, 'x'));
  };
  std::list<Visitor> visitors_;
};

TEST_F(HttpServerTest, EndsTheOldestStrangerForOneTooMany) {
  const Visitor& reader = visit_the_page();
  const Visitor &first = visit(), &second = visit();
  while (visitors_.size() < most) visit();
  serve_until_there_are(most);
  EXPECT_FALSE(first.is_left());
  visit();
  serve_until([&] { return first.is_left(); });
  EXPECT_FALSE(second.is_left());
  EXPECT_FALSE(reader.is_left());
  EXPECT_EQ(server_.connections(), most);
}

TEST_F(HttpServerTest, EndsTheOldestWhereNobodyIsAStranger) {
  const Visitor &first = visit_the_page(), &second = visit_the_page();
  while (visitors_.size() < most) visit_the_page();
  visit();
  serve_until([&] { return first.is_left(); });
  EXPECT_FALSE(second.is_left());
  EXPECT_EQ(server_.connections(), most);
}

/// As many descriptors as this process has, while it lives.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int next = dup(0);  // the lowest that is free
    close(next);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(next);
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoMoreDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreDescriptors(const NoMoreDescriptors&) = delete;
  NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(HttpServer, PausesWhereTheSystemLetsNobodyIn) {
  ManualClock clock;
  HttpServer server(ListenAddress{}, clock);
  const Handler nothing = [](const Request&) { return text_response(404, ""); };
  server.turn(Duration::zero(),
              nothing);  // UBSan opens a pipe where it meets a type for the first time
  const Visitor visitor(server.port());
  {
    const NoMoreDescriptors none;
    server.turn(std::chrono::seconds(20), nothing);
  }
  server.turn(std::chrono::milliseconds(50), nothing);
  EXPECT_EQ(server.connections(), 0u) << "it would have looked over and over";
  clock.advance(std::chrono::seconds(1));
  server.turn(std::chrono::seconds(20), nothing);
  EXPECT_EQ(server.connections(), 1u);
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
