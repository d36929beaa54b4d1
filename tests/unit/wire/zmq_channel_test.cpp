// Channels over real sockets: frames both ways, waking, waiting, and addresses.

#include "src/wire/zmq_channel.h"

#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Frame frame_with(const std::string& text, std::size_t size = 0) {
  auto frame = std::make_shared<FrameBytes>(std::max(size, text.size()));
  std::memset(frame->data(), 0, frame->size());
  std::memcpy(frame->data(), text.data(), text.size());
  return frame;
}

std::string text_of(const Received& received) {
  return reinterpret_cast<const char*>(received.bytes().data());
}

template <class Channel>
std::unique_ptr<Received> receive(Channel& channel) {
  const auto deadline = Clock::now() + 10s;
  while (Clock::now() < deadline) {
    if (auto received = channel.try_receive()) return received;
    channel.wait(deadline - Clock::now());
  }
  return nullptr;
}

class ZmqChannel : public ::testing::TestWithParam<std::string> {
 protected:
  std::string address(std::size_t rank = 0) const {
    return GetParam() == "ipc" ? ipc_address(folder_.path(), rank) : "tcp://127.0.0.1:*";
  }
  test::TemporaryFolder folder_;
};

TEST_P(ZmqChannel, CarriesFramesBothWays) {
  const auto server = bind_zmq_channel(address());
  const auto client = connect_zmq_channel({server->endpoint()});
  client->send(0, frame_with("hello\0"));
  const auto request = receive(*server);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(text_of(*request).substr(0, 5), "hello");
  server->send(request->peer(), frame_with("welcome", 8));
  const auto answer = receive(*client);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(text_of(*answer), "welcome");
  EXPECT_EQ(answer->server_rank(), 0u);
}

TEST_P(ZmqChannel, KeepsALargeFrameUntilItIsSentAndThenLetsGo) {
  const auto server = bind_zmq_channel(address());
  const auto client = connect_zmq_channel({server->endpoint()});
  auto frame = frame_with("large", max_frame_bytes);
  const std::weak_ptr<FrameBytes> watched = frame;
  client->send(0, std::move(frame));
  const auto received = receive(*server);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->bytes().size(), max_frame_bytes);
  EXPECT_EQ(text_of(*received), "large");
  const auto deadline = Clock::now() + 10s;
  while (!watched.expired() && Clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(watched.expired());
}

TEST_P(ZmqChannel, TellsServerRanksAndPeersApart) {
  const auto first = bind_zmq_channel(address(0)), second = bind_zmq_channel(address(1));
  const auto a = connect_zmq_channel({first->endpoint(), second->endpoint()});
  const auto b = connect_zmq_channel({first->endpoint(), second->endpoint()});
  a->send(1, frame_with("from a", 7));
  b->send(1, frame_with("from b", 7));
  for (int i = 0; i < 2; ++i) {
    const auto request = receive(*second);
    ASSERT_NE(request, nullptr);
    second->send(request->peer(), frame_with("to " + text_of(*request), 10));
  }
  const auto to_a = receive(*a), to_b = receive(*b);
  ASSERT_NE(to_a, nullptr);
  ASSERT_NE(to_b, nullptr);
  EXPECT_EQ(text_of(*to_a), "to from a");
  EXPECT_EQ(text_of(*to_b), "to from b");
  EXPECT_EQ(to_a->server_rank(), 1u);
  EXPECT_EQ(first->try_receive(), nullptr);
}

TEST_P(ZmqChannel, WakeEndsAWaitOfAnotherThread) {
  const auto server = bind_zmq_channel(address());
  const auto started = Clock::now();
  std::thread waker([&] { server->wake(); });
  server->wait(30s);
  waker.join();
  EXPECT_LT(Clock::now() - started, 20s);
}

TEST_P(ZmqChannel, WaitEndsAtItsDeadline) {
  const auto server = bind_zmq_channel(address());
  const auto started = Clock::now();
  server->wait(20ms);
  EXPECT_GE(Clock::now() - started, 19ms);
  EXPECT_EQ(server->try_receive(), nullptr);
}

TEST_P(ZmqChannel, WakeWithinEndsAWaitThenAndNotBefore) {
  const auto client = connect_zmq_channel({ipc_address(folder_.path(), 0)});
  const auto started = Clock::now();
  client->wake_within(30ms);
  client->wait(30s);
  EXPECT_GE(Clock::now() - started, 29ms);
  EXPECT_LT(Clock::now() - started, 20s);
}

TEST_P(ZmqChannel, TheEarliestWakeCounts) {
  const auto client = connect_zmq_channel({ipc_address(folder_.path(), 0)});
  const auto ends_early = [&](const std::function<void()>& call) {
    const auto started = Clock::now();
    client->wake_within(40s);
    call();
    client->wake_within(40s);
    client->wait(30s);
    return Clock::now() - started < 20s;
  };
  EXPECT_TRUE(ends_early([&] { client->wake(); }));
  EXPECT_TRUE(ends_early([&] { client->wake_within(1ms); }));
}

TEST_P(ZmqChannel, AWaitThatHasEndedLeavesNoWakeBehind) {
  const auto client = connect_zmq_channel({ipc_address(folder_.path(), 0)});
  client->wake_within(40s);
  client->wake();
  client->wait(30s);
  const auto started = Clock::now();
  client->wait(30ms);
  EXPECT_GE(Clock::now() - started, 29ms);
  client->wake_within(1ms);
  client->wait(30s);
  EXPECT_LT(Clock::now() - started, 20s) << "sooner than the one that the first wait has ended";
}

TEST_P(ZmqChannel, SendToAPeerThatIsGoneIsDropped) {
  const auto server = bind_zmq_channel(address());
  server->send("nobody", frame_with("lost", 5));
  const auto client = connect_zmq_channel({server->endpoint()});
  client->send(0, frame_with("alive", 6));
  const auto received = receive(*server);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(text_of(*received), "alive");
}

TEST_P(ZmqChannel, CutsOffAPeerWhoseFrameIsTooLarge) {
  const auto server = bind_zmq_channel(address(), /*max_bytes=*/100);
  const auto rude = connect_zmq_channel({server->endpoint()});
  rude->send(0, frame_with("too large", 101));
  const auto polite = connect_zmq_channel({server->endpoint()});
  polite->send(0, frame_with("polite", 7));
  const auto received = receive(*server);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(text_of(*received), "polite");
  server->wait(200ms);
  EXPECT_EQ(server->try_receive(), nullptr);
}

TEST_P(ZmqChannel, IgnoresMessagesOfSeveralParts) {
  const auto server = bind_zmq_channel(address());
  zmq::context_t context;
  zmq::socket_t stranger(context, zmq::socket_type::dealer);
  stranger.set(zmq::sockopt::linger, 0);
  stranger.connect(server->endpoint());
  stranger.send(zmq::str_buffer("a"), zmq::send_flags::sndmore);
  stranger.send(zmq::str_buffer("b"), zmq::send_flags::sndmore);
  stranger.send(zmq::str_buffer("end"), zmq::send_flags::none);
  stranger.send(zmq::buffer("whole", 6), zmq::send_flags::none);
  const auto received = receive(*server);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(text_of(*received), "whole");
}

INSTANTIATE_TEST_SUITE_P(Transports, ZmqChannel, ::testing::Values("ipc", "tcp"),
                         [](const auto& transport) { return transport.param; });

// ---- frames that the server reads where they lie

class SharedFrameChannel : public ::testing::Test {
 protected:
  static constexpr std::size_t size = 2 * SharedArena::least_bytes;

  void SetUp() override { ASSERT_NE(arena_, nullptr); }
  std::unique_ptr<ClientChannel> connect(const std::string& endpoint) {
    return connect_zmq_channel(ConnectSettings{.endpoints = {endpoint}, .arena = arena_});
  }
  Frame frame(const std::string& text) {
    auto frame = std::make_shared<FrameBytes>(size, arena_.get());
    std::memset(frame->data(), 0, size);
    std::memcpy(frame->data(), text.data(), text.size());
    return frame;
  }
  /// A word there and back: by then the server has answered what came before it.
  static void greet(ServerChannel& server, ClientChannel& client) {
    client.send(0, frame_with("hello", 6));
    const auto request = receive(server);
    ASSERT_NE(request, nullptr);
    server.send(request->peer(), frame_with("welcome", 8));
    const auto answer = receive(client);
    ASSERT_NE(answer, nullptr);
    EXPECT_EQ(text_of(*answer), "welcome") << "the answer to its question is the channel's own";
  }
  /// A frame that is sent is ZeroMQ's to read until then.
  static bool wait_until_let_go(const Frame& frame) {
    const auto deadline = Clock::now() + 10s;
    while (frame.use_count() > 1 && Clock::now() < deadline) std::this_thread::yield();
    const Frame after_the_other_thread = frame;  // use_count() alone orders nothing
    return after_the_other_thread.use_count() == 2;
  }
  /// Whether the server sees what is written into a frame after it was sent.
  static bool read_in_place(ServerChannel& server, ClientChannel& client, const Frame& frame) {
    client.send(0, frame);
    auto received = receive(server);
    while (received != nullptr && received->bytes().size() != size)
      received = receive(server);  // a word that was said before
    if (received == nullptr) return false;
    if (!wait_until_let_go(frame)) return false;
    frame->data()[size - 1] = std::byte{1};
    return received->bytes()[size - 1] == std::byte{1};
  }

  const test::TemporaryFolder folder_;
  std::shared_ptr<SharedArena> arena_ = SharedArena::make(8 * size);
};

TEST_F(SharedFrameChannel, ReadsFramesWhereTheyLieOnceTheServerSaidThatItCan) {
  const auto server = bind_zmq_channel(ipc_address(folder_.path(), 0));
  const auto client = connect(server->endpoint());
  EXPECT_FALSE(read_in_place(*server, *client, frame("before"))) << "sent: it was not asked yet";
  greet(*server, *client);
  EXPECT_TRUE(read_in_place(*server, *client, frame("after")));
}

TEST_F(SharedFrameChannel, KeepsTheOrderOfFramesThatAreSentAndFramesThatAreNot) {
  const auto server = bind_zmq_channel(ipc_address(folder_.path(), 0));
  const auto client = connect(server->endpoint());
  greet(*server, *client);
  const Frame first = frame("first"), third = frame("third");
  client->send(0, first);
  client->send(0, frame_with("second", 7));
  client->send(0, third);
  for (const std::string expected : {"first", "second", "third"}) {
    const auto received = receive(*server);
    ASSERT_NE(received, nullptr);
    EXPECT_EQ(text_of(*received), expected);
  }
}

TEST_F(SharedFrameChannel, LosesAFrameWhoseMemoryWasUsedAgain) {
  const auto server = bind_zmq_channel(ipc_address(folder_.path(), 0));
  const auto client = connect(server->endpoint());
  greet(*server, *client);
  const Frame reused = frame("accepted long ago");
  client->send(0, reused);
  std::memset(reused->data(), 2, size);
  client->send(0, frame_with("next", 5));
  const auto received = receive(*server);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(text_of(*received), "next");
}

TEST_F(SharedFrameChannel, AnswersAServerThatTookThePlaceOfAnother) {
  const auto address = ipc_address(folder_.path(), 0);
  auto server = bind_zmq_channel(address);
  const auto client = connect(address);
  greet(*server, *client);
  server.reset();
  server = bind_zmq_channel(address);
  const auto deadline = Clock::now() + 10s;
  std::unique_ptr<Received> first;
  while (first == nullptr && Clock::now() < deadline) {  // what was on its way to the first is lost
    client->send(0, frame_with("hello", 6));
    server->wait(20ms);
    first = server->try_receive();
  }
  EXPECT_TRUE(read_in_place(*server, *client, frame("to the second")));
}

/// Mappings of memory files for frames, of this process as client and as server.
std::size_t frame_mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find("memfd:weir-frames") != std::string::npos ? 1 : 0;
  return count;
}

TEST_F(SharedFrameChannel, LetsGoOfTheMemoryOfClientsThatHaveEnded) {
  const auto server = bind_zmq_channel(
      ListenSettings{.address = ipc_address(folder_.path(), 0), .sweep_every = 1ms});
  auto client = connect(server->endpoint());
  greet(*server, *client);
  server->wait(5ms);
  EXPECT_EQ(frame_mappings(), 2u) << "its own, and the server's";
  client.reset();
  arena_.reset();
  const auto deadline = Clock::now() + 10s;
  while (frame_mappings() > 0 && Clock::now() < deadline) server->wait(5ms);
  EXPECT_EQ(frame_mappings(), 0u);
}

TEST_F(SharedFrameChannel, SendsFramesOverTcp) {
  const auto server = bind_zmq_channel("tcp://127.0.0.1:*");
  const auto client = connect(server->endpoint());
  greet(*server, *client);
  EXPECT_FALSE(read_in_place(*server, *client, frame("over tcp")));
}

TEST(ZmqAddress, ClientMayConnectBeforeTheServerListens) {
  const test::TemporaryFolder folder;
  const auto address = ipc_address(folder.path(), 0);
  const auto client = connect_zmq_channel({address});
  client->send(0, frame_with("early", 6));
  const auto server = bind_zmq_channel(address);
  const auto received = receive(*server);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(text_of(*received), "early");
}

TEST(ZmqAddress, WildcardPortIsReportedAsTheBoundOne) {
  const auto server = bind_zmq_channel("tcp://127.0.0.1:*");
  EXPECT_TRUE(server->endpoint().starts_with("tcp://127.0.0.1:"));
  EXPECT_EQ(server->endpoint().find('*'), std::string::npos);
}

TEST(ZmqAddress, ThatCannotBeUsedIsAnErrorOfTheEnvironment) {
  const auto kind_of = [](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::study;
  };
  EXPECT_EQ(kind_of([] { bind_zmq_channel("ipc:///no/such/folder/socket"); }),
            ErrorKind::environment);
  EXPECT_EQ(kind_of([] { bind_zmq_channel("ipc:///tmp/" + std::string(200, 'x')); }),
            ErrorKind::environment);
  EXPECT_EQ(kind_of([] { connect_zmq_channel({"nonsense"}); }), ErrorKind::environment);
}

TEST(ZmqAddress, TooLongForASocketMovesToAPrivateFolderThatGoesWithTheChannel) {
  const test::TemporaryFolder folder;
  const auto address = ipc_address(folder / std::string(120, 'x'), 3);
  const auto moved = std::filesystem::path(address.substr(6)).parent_path();
  EXPECT_NE(moved.parent_path(), folder.path());
  EXPECT_EQ(std::filesystem::status(moved).permissions(), std::filesystem::perms::owner_all);
  { const auto server = bind_zmq_channel(address); }
  EXPECT_FALSE(std::filesystem::exists(moved));
}

}  // namespace
}  // namespace weir::wire
