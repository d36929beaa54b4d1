#include "src/wire/zmq_channel.h"

#include <cerrno>
#include <cstring>
#include <optional>

#include <stdlib.h>
#include <unistd.h>

#include "src/core/error.h"
#include "src/core/planted_bug.h"
#include "src/wire/doorkeeper.h"
#include "src/wire/frame_reference.h"
#include "src/wire/shared_frames.h"
#include "src/wire/zmq_socket.h"

namespace weir::wire {
namespace {

constexpr std::string_view ipc_scheme = "ipc://";
constexpr std::size_t longest_ipc_path = 107;  // sizeof(sockaddr_un::sun_path) - 1 on Linux
constexpr std::string_view private_folder = "weir-ipc-";

[[noreturn]] void fail(const std::string& text, const zmq::error_t& error) {
  throw Error(ErrorKind::environment, text + ": " + error.what());
}

/// Takes the folder that ipc_address() made, with its socket: ZeroMQ leaves that behind.
void remove_private_folder(const std::string& endpoint) {
  if (!endpoint.starts_with(ipc_scheme)) return;
  const std::filesystem::path socket = endpoint.substr(ipc_scheme.size());
  const auto folder = socket.parent_path();
  if (!folder.filename().string().starts_with(private_folder)) return;
  std::error_code ignored;
  std::filesystem::remove(socket, ignored);
  std::filesystem::remove(folder, ignored);
}

/// What a server said last must still leave when it ends: clients wait for it.
constexpr int farewell_ms = 500;

bool is_tcp(const std::string& address) { return address.starts_with("tcp://"); }

Bytes bytes_of(const zmq::message_t& message) {
  return {message.data<std::byte>(), message.size()};
}

/// A frame that was read where it lies.
class SharedReceived final : public Received {
 public:
  SharedReceived(Peer peer, SharedFrames::Found found)
      : peer_(std::move(peer)), found_(std::move(found)) {}
  Bytes bytes() const override { return found_.bytes; }
  const Peer& peer() const override { return peer_; }
  std::size_t server_rank() const override { return 0; }

 private:
  Peer peer_;
  SharedFrames::Found found_;
};

class ZmqServerChannel final : public ServerChannel {
 public:
  explicit ZmqServerChannel(const ListenSettings& settings)
      : socket_(std::in_place, context_, zmq::socket_type::router),
        sweep_every_(settings.sweep_every) {
    set_socket_options(*socket_, settings.max_bytes);
    socket_->set(zmq::sockopt::linger, farewell_ms);
    if (is_tcp(settings.address)) {
      guard(settings);
    } else {
      shared_.emplace(settings.max_bytes);
    }
    try {
      socket_->bind(settings.address);
    } catch (const zmq::error_t& error) {
      fail("cannot listen on " + settings.address +
               " (is the interface there, the folder writable?)",
           error);
    }
    endpoint_ = socket_->get(zmq::sockopt::last_endpoint);
    items_ = {{socket_->handle(), 0, ZMQ_POLLIN, 0},
              {nullptr, wake_event_.descriptor(), ZMQ_POLLIN, 0}};
  }
  ~ZmqServerChannel() override {
    if (doorkeeper_) doorkeeper_->stop_watching(*socket_);
    socket_.reset();
    remove_private_folder(endpoint_);
  }

  void send(const Peer& peer, Frame frame) override {
    zmq::message_t identity(peer.data(), peer.size());
    try {
      socket_->send(identity, zmq::send_flags::sndmore | zmq::send_flags::dontwait);
    } catch (const zmq::error_t&) {
      return;  // nobody to send to: dropped, as promised
    }
    send_frame(*socket_, frame);
  }

  std::unique_ptr<Received> try_receive() override {
    zmq::message_t identity, frame;
    while (socket_->recv(identity, zmq::recv_flags::dontwait)) {
      const bool whole = identity.more() && socket_->recv(frame, zmq::recv_flags::dontwait);
      if (whole && !frame.more()) {
        Peer peer = identity.to_string();
        if (!shared_ || !is_reference(bytes_of(frame)))
          return std::make_unique<ZmqReceived>(std::move(peer), 0, std::move(frame));
        if (auto received = look_up(std::move(peer), frame)) return received;
      }
      while (frame.more() && socket_->recv(frame, zmq::recv_flags::dontwait)) {
      }  // several parts: from no client of weir's
    }
    return nullptr;
  }

  void wait(Duration at_most) override {
    poll_for(items_, at_most);
    wake_event_.clear();
    if (const auto now = std::chrono::steady_clock::now(); shared_ && now >= next_sweep_) {
      next_sweep_ = now + sweep_every_;
      shared_->forget_the_gone();
    }
  }
  void wake() override { wake_event_.set(); }
  std::string endpoint() const override { return endpoint_; }
  std::uint64_t turned_away() const override {
    return doorkeeper_ ? doorkeeper_->refused() + doorkeeper_->shut_down() : 0;
  }

 private:
  /// Answers who asks whether its memory can be read. Null: it asked, or what it names is not
  /// there, as if it had been lost on the way.
  std::unique_ptr<Received> look_up(Peer peer, const zmq::message_t& message) {
    const auto reference = decode_reference(bytes_of(message));
    auto found = reference ? shared_->find(*reference) : std::nullopt;
    if (!found) return nullptr;
    if (reference->kind == ReferenceKind::frame)
      return std::make_unique<SharedReceived>(std::move(peer), std::move(*found));
    send(peer, encode(*reference));
    return nullptr;
  }

  void guard(const ListenSettings& settings) {
    set_tcp_options(*socket_, settings.address);
    // Also without keys: of a socket whose connections are asked about, libzmq refuses the protocol
    // before ZMTP 3, in which noise passes for messages, each connection leaking some KiB (4.3.4).
    if (!WEIR_BUG("old_protocol_let_in")) socket_->set(zmq::sockopt::zap_domain, "weir");
    std::optional<AllowList> allowed;
    if (settings.security) {
      const auto& [key, clients] = *settings.security;
      socket_->set(zmq::sockopt::curve_server, 1);
      socket_->set(zmq::sockopt::curve_secretkey, key.secret_key);
      allowed = clients;
    }
    HandshakeLimits limits = settings.limits;
    limits.keys = settings.security.has_value();
    doorkeeper_.emplace(context_, *socket_, std::move(allowed), limits);
  }

  WakeEvent wake_event_;
  zmq::context_t context_;
  std::optional<zmq::socket_t> socket_;
  std::optional<Doorkeeper> doorkeeper_;  // destroyed after *socket_, which the destructor ends
  std::optional<SharedFrames> shared_;    // ipc
  Duration sweep_every_;
  Time next_sweep_{};
  std::vector<zmq::pollitem_t> items_;
  std::string endpoint_;
};

std::string trouble_of(const SocketEvent& event) {
  switch (event.event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      return {};
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      return "the server refuses this client's key (run/client.key in the study directory is not "
             "this study's)";
    default:
      return "the handshake failed: the server's key is not the one in run/endpoint.json, or what "
             "listens there is no weir server";
  }
}

class ZmqClientChannel final : public ClientChannel {
 public:
  explicit ZmqClientChannel(const ConnectSettings& settings)
      : troubles_(settings.endpoints.size()),
        arena_(settings.arena),
        reads_arena_(settings.endpoints.size(), false) {
    for (const auto& endpoint : settings.endpoints) connect(endpoint, settings);
    items_.push_back({nullptr, wake_event_.descriptor(), ZMQ_POLLIN, 0});
    items_.push_back({nullptr, wake_timer_.descriptor(), ZMQ_POLLIN, 0});
  }

  void send(std::size_t server_rank, Frame frame) override {
    const auto offset =
        reads_arena_.at(server_rank) ? arena_->offset_of(frame->data()) : std::nullopt;
    send_frame(sockets_.at(server_rank),
               offset ? reference_to(ReferenceKind::frame, *offset, *frame) : frame);
  }

  std::unique_ptr<Received> try_receive() override {
    for (std::size_t tried = 0; tried < sockets_.size(); ++tried) {
      const std::size_t rank = next_;
      next_ = (next_ + 1) % sockets_.size();  // so that no rank hides another
      zmq::message_t frame;
      while (sockets_[rank].recv(frame, zmq::recv_flags::dontwait)) {
        if (!arena_ || !is_reference(bytes_of(frame)))
          return std::make_unique<ZmqReceived>(Peer{}, rank, std::move(frame));
        reads_arena_[rank] = true;
      }
    }
    return nullptr;
  }

  void wait(Duration at_most) override {
    poll_for(items_, at_most);
    wake_event_.clear();
    wake_timer_.clear();
    hear_events();
  }
  void wake() override { wake_event_.set(); }
  void wake_within(Duration delay) override { wake_timer_.set(delay); }
  std::string trouble(std::size_t server_rank) override { return troubles_.at(server_rank); }

 private:
  void connect(const std::string& endpoint, const ConnectSettings& settings) {
    auto& socket = sockets_.emplace_back(context_, zmq::socket_type::dealer);
    set_socket_options(socket, settings.max_bytes);
    try {
      if (is_tcp(endpoint)) set_tcp_options(socket, endpoint);
      if (settings.security) secure(socket, *settings.security);
      socket.connect(endpoint);
    } catch (const zmq::error_t& error) {
      fail("'" + endpoint + "' is no endpoint to connect to; ipc:///path or tcp://host:port is",
           error);
    }
    items_.push_back({socket.handle(), 0, ZMQ_POLLIN, 0});
    if (arena_ && !is_tcp(endpoint))
      send_frame(socket, reference_to(ReferenceKind::ask, /*offset=*/0, arena_->badge()));
  }

  Frame reference_to(ReferenceKind kind, std::size_t offset, Bytes bytes) const {
    return encode({kind, static_cast<std::uint64_t>(getpid()),
                   static_cast<std::uint64_t>(arena_->descriptor()), arena_->capacity(), offset,
                   bytes.size(), bytes.first(header_size)});
  }

  void secure(zmq::socket_t& socket, const ClientSecurity& security) {
    socket.set(zmq::sockopt::curve_serverkey, security.server_key);
    socket.set(zmq::sockopt::curve_publickey, security.key.public_key);
    socket.set(zmq::sockopt::curve_secretkey, security.key.secret_key);
    constexpr int heard = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                          ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                          ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
    const std::string name = "weir-events-" + std::to_string(monitors_.size());
    monitors_.push_back(make_monitor(context_, socket, heard, name));
  }

  void hear_events() {
    for (std::size_t rank = 0; rank < monitors_.size(); ++rank) {
      for (const auto& event : take_events(monitors_[rank])) troubles_[rank] = trouble_of(event);
    }
  }

  WakeEvent wake_event_;
  WakeTimer wake_timer_;
  zmq::context_t context_;
  std::vector<zmq::socket_t> sockets_;
  std::vector<zmq::socket_t> monitors_;  ///< one a socket that is secured
  std::vector<std::string> troubles_;
  std::vector<zmq::pollitem_t> items_;
  std::shared_ptr<const SharedArena> arena_;
  std::vector<bool> reads_arena_;  ///< of each server rank: it has said so
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ServerChannel> bind_zmq_channel(const ListenSettings& settings) {
  const std::string& address = settings.address;
  if (address.starts_with(ipc_scheme) && address.size() - ipc_scheme.size() > longest_ipc_path) {
    throw Error(ErrorKind::environment, "the path of the ipc socket " + address + " is over " +
                                            std::to_string(longest_ipc_path) +
                                            " bytes: use a study directory with a shorter path");
  }
  return std::make_unique<ZmqServerChannel>(settings);
}

std::unique_ptr<ServerChannel> bind_zmq_channel(const std::string& address, std::size_t max_bytes) {
  return bind_zmq_channel(ListenSettings{.address = address, .max_bytes = max_bytes});
}

std::unique_ptr<ClientChannel> connect_zmq_channel(const ConnectSettings& settings) {
  return std::make_unique<ZmqClientChannel>(settings);
}

std::unique_ptr<ClientChannel> connect_zmq_channel(const std::vector<std::string>& endpoints,
                                                   std::size_t max_bytes) {
  return connect_zmq_channel(ConnectSettings{.endpoints = endpoints, .max_bytes = max_bytes});
}

std::string ipc_address(const std::filesystem::path& folder, std::size_t rank) {
  const std::string name = "server." + std::to_string(rank) + ".ipc";
  const auto path = std::filesystem::absolute(folder / name);
  if (path.string().size() <= longest_ipc_path) return std::string(ipc_scheme) + path.string();
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  std::string made = (temporary / (std::string(private_folder) + "XXXXXX")).string();
  if (mkdtemp(made.data()) == nullptr) {
    throw Error(ErrorKind::environment, "cannot make the folder " + made +
                                            " for a socket: " + std::strerror(errno) +
                                            "; set TMPDIR to a folder that is writable");
  }
  return std::string(ipc_scheme) + (std::filesystem::path(made) / name).string();
}

}  // namespace weir::wire
