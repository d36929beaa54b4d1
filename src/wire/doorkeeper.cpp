#include "src/wire/doorkeeper.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <pthread.h>

#include "src/core/error.h"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;

constexpr const char* zap_address = "inproc://zeromq.zap.01";
constexpr Duration look_every = 2ms;  ///< while somebody is in a handshake
constexpr Duration idle_wait = 1h;    ///< ended by whatever happens

void send_parts(zmq::socket_t& socket, const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    socket.send(zmq::buffer(parts[i]), last ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }
}

}  // namespace

Doorkeeper::Doorkeeper(zmq::context_t& context, zmq::socket_t& guarded,
                       std::optional<AllowList> allowed, HandshakeLimits limits)
    : allowed_(std::move(allowed)), questions_(context, zmq::socket_type::router), guard_(limits) {
  try {
    questions_.set(zmq::sockopt::linger, 0);
    questions_.bind(zap_address);
    constexpr int heard = ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED;
    events_ = make_monitor(context, guarded, heard, "weir-events");
  } catch (const zmq::error_t& error) {
    throw Error(ErrorKind::environment, std::string("cannot guard a TCP socket: ") + error.what());
  }
  thread_ = std::thread([this] { run(); });
}

Doorkeeper::~Doorkeeper() {
  stopped_ = true;
  stop_.set();
  thread_.join();
}

void Doorkeeper::stop_watching(zmq::socket_t& guarded) {
  zmq_socket_monitor(guarded.handle(), nullptr, 0);
}

void Doorkeeper::run() {
  pthread_setname_np(pthread_self(), "weir-zap");
  std::vector<zmq::pollitem_t> items = {{questions_.handle(), 0, ZMQ_POLLIN, 0},
                                        {events_.handle(), 0, ZMQ_POLLIN, 0},
                                        {nullptr, stop_.descriptor(), ZMQ_POLLIN, 0}};
  try {
    while (!stopped_) {
      poll_for(items, guard_.idle() ? idle_wait : look_every);
      answer();
      hear_events();
      guard_.check();
      shut_down_ = guard_.shut_down();
    }
  } catch (const std::exception&) {
    // Questions stay unanswered from here on, so that handshakes fail.
  }
}

void Doorkeeper::answer() {
  // A ROUTER, since a REP must answer even what is no question: identity, empty, then the request.
  for (auto parts = receive_parts(questions_); !parts.empty(); parts = receive_parts(questions_)) {
    const auto empty = std::find(parts.begin(), parts.end(), std::string());
    if (empty == parts.end()) continue;
    const auto verdict = answer_zap({empty + 1, parts.end()}, allowed_);
    if (verdict.frames.empty()) continue;
    if (!verdict.allowed) ++refused_;
    std::vector<std::string> reply(parts.begin(), empty + 1);
    reply.insert(reply.end(), verdict.frames.begin(), verdict.frames.end());
    send_parts(questions_, reply);
  }
}

void Doorkeeper::hear_events() {
  for (const auto& [event, value] : take_events(events_)) {
    if (event == ZMQ_EVENT_LISTENING) guard_.listening(value);
    if (event == ZMQ_EVENT_ACCEPTED) guard_.accepted(value);
    if (event == ZMQ_EVENT_DISCONNECTED) guard_.closed(value);
  }
}

}  // namespace weir::wire
