// Connects to a server in every bad way, many times at once, and comes again when it is thrown out.
//
// hostile_peers HOST PORT SERVER_KEY COUNT: COUNT connections of eight kinds, until its input ends;
// then it prints, a line a kind, how often it connected, how often it was thrown out, and how many
// bytes were taken from it.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.hpp>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto come_again = 1s;
constexpr auto turn = 5ms;

/// ZMTP 3.0's greeting.
std::string greeting(const char* mechanism) {
  std::string bytes(64, '\0');
  bytes[0] = '\xff';
  bytes[9] = '\x7f';
  bytes[10] = 3;
  std::memcpy(bytes.data() + 12, mechanism, std::strlen(mechanism));
  return bytes;
}

/// The header of a long frame that announces `size` bytes; `flags`: 2 a message, 6 a command.
std::string announce(char flags, std::uint64_t size) {
  std::string bytes(1, flags);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  return bytes;
}

std::string noise(std::size_t size) {
  static std::mt19937 random(7);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

constexpr std::uint64_t four_gib = 1ull << 32;
constexpr std::size_t half_a_mib = 512 << 10;

struct Kind {
  const char* name;
  std::string opening{};     ///< what it says first
  bool floods = false;       ///< and then sends noise for as long as somebody reads it
  bool holds_a_key = false;  ///< ZeroMQ with a key, which is not the study's
  std::uint64_t connected = 0, thrown_out = 0, taken = 0;
};

std::vector<Kind> kinds() {
  const std::string ready(
      "\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x06"
      "DEALER",
      28);
  return {
      {"silent"},
      {"noise", noise(4096), /*floods=*/true},
      {"half a greeting", greeting("CURVE").substr(0, 30)},
      {"greeting, then silence", greeting("CURVE")},
      {"a command of 4 GiB", greeting("CURVE") + announce(6, four_gib), /*floods=*/true},
      {"a command of 512 KiB", greeting("CURVE") + announce(6, half_a_mib), /*floods=*/true},
      {"a message of 4 GiB, no key", greeting("NULL") + ready + announce(2, four_gib),
       /*floods=*/true},
      {.name = "another key", .holds_a_key = true},
  };
}

class RawPeer {
 public:
  RawPeer(Kind& kind, const sockaddr_in& server) : kind_(kind), server_(server) {}
  RawPeer(RawPeer&& other) noexcept
      : kind_(other.kind_), server_(other.server_), socket_(std::exchange(other.socket_, -1)) {}
  ~RawPeer() { close(); }

  void step(Clock::time_point now) {
    if (socket_ < 0 && now >= next_) open(now);
    if (socket_ < 0) return;
    say();
    if (thrown_out()) {
      ++kind_.thrown_out;
      close();
    }
  }

 private:
  void open(Clock::time_point now) {
    next_ = now + come_again;
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return;
    ::connect(socket_, reinterpret_cast<const sockaddr*>(&server_), sizeof server_);
    ++kind_.connected;
    to_say_ = kind_.opening;
  }
  void say() {
    if (to_say_.empty() && kind_.floods) to_say_ = flood_;
    if (to_say_.empty()) return;
    const ssize_t sent = ::send(socket_, to_say_.data(), to_say_.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    kind_.taken += static_cast<std::uint64_t>(sent);
    to_say_.erase(0, static_cast<std::size_t>(sent));
  }
  bool thrown_out() const {
    std::array<char, 4096> ignored{};
    const ssize_t got = ::recv(socket_, ignored.data(), ignored.size(), 0);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != ENOTCONN);
  }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  static inline const std::string flood_ = noise(16 << 10);
  Kind& kind_;
  const sockaddr_in& server_;
  int socket_ = -1;
  Clock::time_point next_{};
  std::string to_say_;
};

/// One DEALER of ZeroMQ's own, which connects again by itself.
class KeyedPeer {
 public:
  KeyedPeer(Kind& kind, zmq::context_t& context, const std::string& endpoint,
            const std::string& server_key)
      : kind_(kind), socket_(context, zmq::socket_type::dealer) {
    std::array<char, 41> shown{}, secret{};
    zmq_curve_keypair(shown.data(), secret.data());
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::reconnect_ivl, static_cast<int>(come_again / 1ms));
    socket_.set(zmq::sockopt::curve_serverkey, server_key);
    socket_.set(zmq::sockopt::curve_publickey, std::string(shown.data()));
    socket_.set(zmq::sockopt::curve_secretkey, std::string(secret.data()));
    socket_.connect(endpoint);
    socket_.send(zmq::str_buffer("let me in"), zmq::send_flags::dontwait);
    ++kind_.connected;
  }

 private:
  Kind& kind_;
  zmq::socket_t socket_;
};

bool input_has_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char byte = 0;
  return ::poll(&input, 1, static_cast<int>(turn / 1ms)) > 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

void allow_many_sockets() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void attack(std::vector<Kind>& all, const std::string& host, std::uint16_t port,
            const std::string& server_key, std::size_t count) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &server.sin_addr);
  zmq::context_t context;
  std::vector<RawPeer> raw;
  std::vector<KeyedPeer> keyed;
  for (std::size_t i = 0; i < count; ++i) {
    Kind& kind = all[i % all.size()];
    if (!kind.holds_a_key) raw.emplace_back(kind, server);
    if (kind.holds_a_key && !server_key.empty())
      keyed.emplace_back(kind, context, "tcp://" + host + ":" + std::to_string(port), server_key);
  }
  bool told = false;
  while (!input_has_ended()) {
    for (RawPeer& peer : raw) peer.step(Clock::now());
    if (!std::exchange(told, true)) std::puts("connected"), std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: hostile_peers HOST PORT SERVER_KEY COUNT\n", stderr);
    return 2;
  }
  allow_many_sockets();
  auto all = kinds();
  attack(all, argv[1], static_cast<std::uint16_t>(std::atoi(argv[2])), argv[3],
         static_cast<std::size_t>(std::atol(argv[4])));
  for (const Kind& kind : all)
    std::printf("%-28s connected %6llu  thrown out %6llu  bytes taken %llu\n", kind.name,
                static_cast<unsigned long long>(kind.connected),
                static_cast<unsigned long long>(kind.thrown_out),
                static_cast<unsigned long long>(kind.taken));
  return 0;
}
