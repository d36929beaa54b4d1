#include "src/wire/zmq_socket.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir::wire {
namespace {

/// Below it a copy is cheaper than a shared count that another thread releases.
constexpr std::size_t copy_below = 2048;

/// What ZeroMQ holds of a frame until it has gone. Its I/O thread releases it; `handed` makes what
/// the sending thread wrote visible there by weir's own means, which thread sanitizers see, as they
/// do not see into libzmq.
struct Share {
  explicit Share(Frame shared) : frame(std::move(shared)) {}
  Frame frame;
  std::atomic<bool> handed = false;
};

void release_share(void*, void* hint) {
  auto* share = static_cast<Share*>(hint);
  (void)share->handed.load(std::memory_order_acquire);
  delete share;
}

zmq::message_t message_of(const Frame& frame) {
  if (frame->size() < copy_below) return {frame->data(), frame->size()};
  auto share = std::make_unique<Share>(frame);
  zmq::message_t message(frame->data(), frame->size(), release_share, share.get());
  share.release()->handed.store(true, std::memory_order_release);
  return message;
}

int checked(int descriptor) {
  if (descriptor >= 0) return descriptor;
  throw Error(ErrorKind::environment, std::string("no event descriptor for a channel: ") +
                                          std::strerror(errno) +
                                          "; raise the limit of open files (ulimit -n)");
}

/// Zero: never, and not ready any more.
void set_timer(int descriptor, Duration delay) {
  using std::chrono::nanoseconds, std::chrono::seconds;
  const auto whole = std::chrono::duration_cast<seconds>(delay);
  const auto rest = std::chrono::duration_cast<nanoseconds>(delay - whole);
  itimerspec times{};
  times.it_value = {.tv_sec = whole.count(), .tv_nsec = rest.count()};
  timerfd_settime(descriptor, /*flags=*/0, &times, nullptr);
}

}  // namespace

WakeEvent::WakeEvent() : descriptor_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {}
WakeEvent::~WakeEvent() { ::close(descriptor_); }

void WakeEvent::set() noexcept { eventfd_write(descriptor_, 1); }

void WakeEvent::clear() noexcept {
  eventfd_t count = 0;
  eventfd_read(descriptor_, &count);
}

WakeTimer::WakeTimer()
    : descriptor_(checked(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK))) {}
WakeTimer::~WakeTimer() { ::close(descriptor_); }

void WakeTimer::set(Duration delay) noexcept {
  const std::lock_guard lock(mutex_);
  const Time due = std::chrono::steady_clock::now() + delay;
  if (due >= due_) return;
  due_ = due;
  set_timer(descriptor_, std::max(delay, Duration(1)));  // zero would end it
}

void WakeTimer::clear() noexcept {
  const std::lock_guard lock(mutex_);
  if (std::exchange(due_, Time::max()) != Time::max()) set_timer(descriptor_, Duration::zero());
}

void set_socket_options(zmq::socket_t& socket, std::size_t max_bytes) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::sndhwm, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  if (!WEIR_BUG("size_cap_missing"))
    socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(max_bytes));
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::reconnect_ivl, 10);        // milliseconds, doubled up to
  socket.set(zmq::sockopt::reconnect_ivl_max, 1000);  // this
}

void set_tcp_options(zmq::socket_t& socket, const std::string& address) {
  if (address.find('[') != std::string::npos) socket.set(zmq::sockopt::ipv6, 1);
  socket.set(zmq::sockopt::handshake_ivl, 5000);  // milliseconds, as all of these
  socket.set(zmq::sockopt::heartbeat_ivl, 10000);
  socket.set(zmq::sockopt::heartbeat_timeout, 30000);
  socket.set(zmq::sockopt::heartbeat_ttl, 30000);
}

std::vector<SocketEvent> take_events(zmq::socket_t& monitor) {
  std::vector<SocketEvent> events;
  for (auto parts = receive_parts(monitor); !parts.empty(); parts = receive_parts(monitor)) {
    std::uint16_t event = 0;
    std::int32_t value = 0;
    if (parts.front().size() != sizeof event + sizeof value) continue;
    std::memcpy(&event, parts.front().data(), sizeof event);
    std::memcpy(&value, parts.front().data() + sizeof event, sizeof value);
    events.push_back({event, value});
  }
  return events;
}

zmq::socket_t make_monitor(zmq::context_t& context, zmq::socket_t& watched, int events,
                           const std::string& name) {
  const std::string address = "inproc://" + name;
  if (zmq_socket_monitor(watched.handle(), address.c_str(), events) != 0) throw zmq::error_t();
  zmq::socket_t monitor(context, zmq::socket_type::pair);
  monitor.set(zmq::sockopt::linger, 0);
  monitor.connect(address);
  return monitor;
}

std::vector<std::string> receive_parts(zmq::socket_t& socket) {
  std::vector<std::string> parts;
  zmq::message_t part;
  while (socket.recv(part, zmq::recv_flags::dontwait)) {
    parts.push_back(part.to_string());
    if (!part.more()) break;
  }
  return parts;
}

void send_frame(zmq::socket_t& socket, const Frame& frame) {
  auto message = message_of(frame);
  try {
    socket.send(message, zmq::send_flags::dontwait);
  } catch (const zmq::error_t&) {
    // A transport may lose a frame; the sessions send again.
  }
}

void poll_for(std::vector<zmq::pollitem_t>& items, Duration at_most) {
  using std::chrono::milliseconds;
  const auto wait = std::clamp(std::chrono::duration_cast<milliseconds>(at_most), milliseconds(0),
                               milliseconds(std::numeric_limits<int>::max()));
  try {
    zmq::poll(items, wait);
  } catch (const zmq::error_t& error) {
    if (error.num() != EINTR) throw Error(ErrorKind::environment, error.what());
  }
}

}  // namespace weir::wire
