// CURVE over TCP: who holds the study's keys is served, and nobody else; and what peers without a
// key can take.

#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/wire/zmq_channel.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using ::testing::HasSubstr;

/// The greeting of ZMTP 3.0 with the mechanism CURVE.
std::string curve_greeting() {
  std::string greeting(64, '\0');
  greeting[0] = '\xff';
  greeting[9] = '\x7f';
  greeting[10] = 3;
  std::memcpy(greeting.data() + 12, "CURVE", 5);
  return greeting;
}

/// A TCP connection that speaks no protocol unless told to.
class RawConnection {
 public:
  explicit RawConnection(const std::string& endpoint) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    timeval a_moment{.tv_sec = 0, .tv_usec = 1000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &a_moment, sizeof a_moment);
  }
  RawConnection(RawConnection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  ~RawConnection() {
    if (socket_ >= 0) ::close(socket_);
  }

  /// False: the other side has closed.
  bool send(const std::string& bytes) const {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
  }
  bool closed() const {
    char bytes[256];
    ssize_t got = 0;
    while ((got = ::recv(socket_, bytes, sizeof bytes, 0)) > 0) {
    }
    return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  int socket_;
};

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = Steady::now() + 20s;
  while (Steady::now() < deadline) {
    if (condition()) return true;
  }
  return false;
}

Frame frame_with(const std::string& text) {
  auto frame = std::make_shared<FrameBytes>(text.size());
  std::memcpy(frame->data(), text.data(), text.size());
  return frame;
}

std::string text_of(const Received& received) {
  return {reinterpret_cast<const char*>(received.bytes().data()), received.bytes().size()};
}

class SecureChannel : public ::testing::Test {
 protected:
  std::unique_ptr<ServerChannel> listen(HandshakeLimits limits = {}) const {
    return bind_zmq_channel({.address = "tcp://127.0.0.1:*",
                             .security = ServerSecurity{server_, {client_.public_key}},
                             .limits = limits});
  }
  std::unique_ptr<ClientChannel> connect(const ServerChannel& server, const CurveKey& key,
                                         const std::string& server_key) const {
    return connect_zmq_channel(
        {.endpoints = {server.endpoint()}, .security = ClientSecurity{key, server_key}});
  }

  /// Whether a frame of `client` comes within `at_most`.
  static bool reaches(ClientChannel& client, ServerChannel& server, const std::string& text,
                      Duration at_most = 20s) {
    client.send(0, frame_with(text));
    const auto deadline = Steady::now() + at_most;
    while (Steady::now() < deadline) {
      client.wait(0s);
      server.wait(5ms);
      while (const auto received = server.try_receive()) {
        if (text_of(*received) == text) return true;
      }
    }
    return false;
  }

  const CurveKey server_ = make_curve_key(), client_ = make_curve_key();
};

TEST_F(SecureChannel, CarriesFramesBothWaysForTheStudysKey) {
  const auto server = listen();
  const auto client = connect(*server, client_, server_.public_key);
  ASSERT_TRUE(reaches(*client, *server, "one"));
  client->send(0, frame_with("two"));
  std::unique_ptr<Received> second;
  ASSERT_TRUE(eventually([&] { return (second = server->try_receive()) != nullptr; }));
  server->send(second->peer(), frame_with("answer"));
  std::unique_ptr<Received> answer;
  ASSERT_TRUE(eventually([&] { return (answer = client->try_receive()) != nullptr; }));
  EXPECT_EQ(text_of(*answer), "answer");
  EXPECT_EQ(client->trouble(0), "");
  EXPECT_EQ(server->turned_away(), 0u);
}

TEST_F(SecureChannel, RefusesAKeyThatIsNotTheStudysAndTellsItsHolder) {
  const auto server = listen();
  const auto stranger = connect(*server, make_curve_key(), server_.public_key);
  stranger->send(0, frame_with("let me in"));
  ASSERT_TRUE(eventually([&] {
    stranger->wait(5ms);
    return !stranger->trouble(0).empty();
  }));
  EXPECT_THAT(stranger->trouble(0), HasSubstr("client.key"));
  EXPECT_GT(server->turned_away(), 0u);
  const auto client = connect(*server, client_, server_.public_key);
  EXPECT_TRUE(reaches(*client, *server, "served"));
  EXPECT_EQ(server->try_receive(), nullptr);
}

TEST_F(SecureChannel, RefusesAPeerWithoutAnyKey) {
  const auto server = listen();
  const auto naked = connect_zmq_channel({server->endpoint()});
  EXPECT_FALSE(reaches(*naked, *server, "let me in", 300ms));
  const auto client = connect(*server, client_, server_.public_key);
  EXPECT_TRUE(reaches(*client, *server, "served"));
}

TEST_F(SecureChannel, ClientTellsAServerThatIsNotTheStudys) {
  const auto impostor =
      bind_zmq_channel({.address = "tcp://127.0.0.1:*",
                        .security = ServerSecurity{make_curve_key(), {client_.public_key}}});
  const auto client = connect(*impostor, client_, server_.public_key);
  client->send(0, frame_with("secret"));
  ASSERT_TRUE(eventually([&] {
    client->wait(5ms);
    return !client->trouble(0).empty();
  }));
  EXPECT_THAT(client->trouble(0), HasSubstr("endpoint.json"));
  EXPECT_EQ(impostor->try_receive(), nullptr);
}

TEST_F(SecureChannel, EndsTheOldestHandshakeWhenThereAreTooMany) {
  const auto server = listen({.handshakes = 4});
  const RawConnection first(server->endpoint());
  std::vector<RawConnection> later;
  for (int i = 0; i < 4; ++i) later.emplace_back(server->endpoint());
  EXPECT_TRUE(eventually([&] { return first.closed(); }));
  EXPECT_FALSE(later.back().closed());
  const auto client = connect(*server, client_, server_.public_key);
  EXPECT_TRUE(reaches(*client, *server, "served"));
}

TEST_F(SecureChannel, EndsAPeerThatSendsMuchBeforeItShowsAKey) {
  const auto server = listen();
  const RawConnection rude(server->endpoint());
  // A command of 1 MiB, which ZeroMQ would collect as a whole before it looked at it.
  const std::string command = {'\x06', 0, 0, 0, 0, 0, 0x10, 0, 0};
  ASSERT_TRUE(rude.send(curve_greeting() + command));
  std::size_t sent = 0;
  ASSERT_TRUE(eventually([&] {
    if (!rude.send(std::string(1000, 'x'))) return true;
    sent += 1000;
    return rude.closed();
  }));
  EXPECT_LT(sent, 1u << 20);
  EXPECT_TRUE(eventually([&] { return server->turned_away() == 1; }));
}

TEST_F(SecureChannel, LeavesConnectionsThatShowedAKeyAlone) {
  const auto server = listen({.handshakes = 1});
  const auto client = connect(*server, client_, server_.public_key);
  ASSERT_TRUE(reaches(*client, *server, std::string(200000, 'a')));
  std::vector<RawConnection> silent;
  for (int i = 0; i < 8; ++i) silent.emplace_back(server->endpoint());
  ASSERT_TRUE(eventually([&] { return server->turned_away() >= 7; }));
  EXPECT_TRUE(reaches(*client, *server, "still here"));
  EXPECT_TRUE(eventually([&] { return server->turned_away() == 7; }));
}

TEST_F(SecureChannel, EndsTheNewestConnectionBeyondAllThatMayBeOpen) {
  const auto server = listen({.connections = 1});
  const auto client = connect(*server, client_, server_.public_key);
  ASSERT_TRUE(reaches(*client, *server, "one"));
  const RawConnection second(server->endpoint());
  EXPECT_TRUE(eventually([&] { return second.closed(); }));
  EXPECT_TRUE(reaches(*client, *server, "two"));
}

TEST(OpenTcpChannel, EndsTheOldestOfTooManySilentPeers) {
  const auto server =
      bind_zmq_channel({.address = "tcp://127.0.0.1:*", .limits = {.handshakes = 4}});
  const RawConnection first(server->endpoint());
  std::vector<RawConnection> later;
  for (int i = 0; i < 4; ++i) later.emplace_back(server->endpoint());
  EXPECT_TRUE(eventually([&] { return first.closed(); }));
  EXPECT_FALSE(later.back().closed());
}

TEST(OpenTcpChannel, RefusesAPeerOfAProtocolInWhichNoisePassesForMessages) {
  const auto server = bind_zmq_channel("tcp://127.0.0.1:*");
  const RawConnection old(server->endpoint());
  // ZMTP 1.0: lengths, flags and bytes from the first on; nobody, then a message.
  ASSERT_TRUE(old.send(std::string("\x01\x00\x06\x00hello", 9)));
  EXPECT_TRUE(eventually([&] { return server->try_receive() != nullptr || old.closed(); }));
  EXPECT_TRUE(old.closed());
  EXPECT_EQ(server->try_receive(), nullptr);
}

}  // namespace
}  // namespace weir::wire
