#pragma once
// The client's connections to all server ranks, and the one thread that serves them.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client_api/endpoint_watch.h"
#include "client_api/failure.h"
#include "src/core/clock.h"
#include "src/wire/channel.h"
#include "src/wire/client_session.h"
#include "src/wire/endpoint_file.h"

namespace weir::client {

struct ConnectionSettings {
  wire::ClientSettings session;  ///< but for rank and epoch
  std::size_t window_bytes =
      0;  ///< not yet accepted, over all server ranks; at least one sample is let in
  Duration
      timeout{};  ///< of each wait, since a server last welcomed, granted or accepted something
};

/// Calls come from one thread, the solver's; a second one, named weir-client, owns the channel and
/// the sessions, so that data leave and acknowledgements come while the solver computes; it is
/// scheduled as a batch job, so that it interrupts no thread that computes. When a
/// server is silent, the same thread looks for a later one in the endpoint file, and goes on with
/// that. All calls throw Failure: TIMEOUT after settings.timeout, REJECTED when a server rank
/// refused the client, ENVIRONMENT when a later server cannot be followed.
class Connection {
 public:
  using MakeChannel =
      std::function<std::unique_ptr<wire::ClientChannel>(const wire::EndpointFile&)>;

  /// `make_channel` connects to the servers of an endpoint file; an Error of it is the caller's the
  /// first time, and later a reason to try again.
  Connection(ConnectionSettings settings, const wire::EndpointFile& endpoint, EndpointWatch watch,
             MakeChannel make_channel);
  ~Connection();  ///< without waiting for the server; what was not sent is dropped
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What each server rank said in its Welcome, in rank order.
  std::vector<wire::Welcome> wait_until_open();
  /// Waits until the window has room for a sample of `bytes`, which are then promised to it.
  void reserve(std::size_t bytes);
  /// Promises `bytes` more to samples that were reserved, or takes so many back; waits for nothing.
  void reserve_more(std::size_t bytes);
  void release(std::size_t bytes);
  /// Throws when a server rank has refused the client since; waits for nothing.
  void check();
  /// Whether the server rank, as it said last, has the step already.
  bool holds(std::size_t server_rank, std::uint64_t step);
  /// Hands over a chunk of a sample that was reserved.
  void push(std::size_t server_rank, std::uint64_t step, wire::Frame chunk);
  /// A field of a step that is held is not sent; `unused` bytes of a reservation are given back.
  void pass(std::size_t server_rank, std::uint64_t step, std::size_t unused);
  /// The solver goes on, and sends nothing.
  void pulse() { called_ = true; }
  /// Waits until all that was pushed is accepted but for `unfinished` bytes, of samples that miss a
  /// field.
  void drain(std::size_t unfinished);
  /// Tells each server rank that the simulation has sent `steps` steps, and waits for the answers;
  /// but not for long, since everything is accepted. Call it once, after drain(0).
  void end(std::uint64_t steps);

 private:
  struct Item {
    std::size_t server_rank = 0;
    std::uint64_t step = 0;
    wire::Frame chunk;  ///< none: the step is passed over
  };
  struct View {  ///< what the solver's thread may know of a session
    wire::ClientState state = wire::ClientState::connecting;
    std::size_t unaccepted = 0;
    std::optional<Time> heard;
    std::optional<wire::Reject> reject;
    bool dropped = false;  ///< a chunk came after the reject
    std::string trouble;   ///< why the transport does not connect
  };

  // on the thread weir-client
  void serve();
  bool serve_once();
  void hand_over(std::vector<Item> items);
  void receive();
  void follow_server();
  bool connecting() const;
  bool silent(Time time) const;
  bool reached(std::uint64_t epoch) const;
  void move_to(const wire::EndpointFile& endpoint);
  void publish(std::size_t handed_over);

  // on the solver's thread, mutex_ held
  /// False: `at_most` has passed before `done()`, which either thread may ask.
  bool wait(std::unique_lock<std::mutex>& lock, Duration at_most,
            const std::function<bool()>& done);
  void enqueue(Item item);
  bool refused(const View& view) const;
  bool failed() const;
  void throw_if_failed() const;
  std::size_t unaccepted() const;
  std::string server_name(std::size_t rank) const;
  std::string last_words(std::size_t rank) const;
  std::string still_waiting() const;

  static std::size_t payload_bytes(const Item& item);

  const ConnectionSettings settings_;
  const MakeChannel make_channel_;                              // weir-client's
  EndpointWatch watch_;                                         // weir-client's
  std::vector<std::unique_ptr<wire::ClientSession>> sessions_;  // weir-client's
  std::vector<std::optional<Time>> heard_;                      // weir-client's
  std::vector<bool> dropped_;                                   // weir-client's
  bool end_said_ = false;                                       // weir-client's
  std::atomic<bool> called_ = false;                            // since the last service

  std::mutex mutex_;
  std::unique_ptr<wire::ClientChannel> channel_;  // weir-client's, which alone replaces it, but for
                                                  // wake() with mutex_ held
  std::vector<std::string> endpoints_;            // of the server that is followed
  std::string tried_;                             // to find a later one
  std::condition_variable changed_;               // what is awaited has come, or broken_
  std::vector<Item> queue_;
  std::size_t gathered_ = 0;        // bytes in queue_
  std::size_t queued_bytes_ = 0;    // pushed, and not yet in views_
  std::size_t promised_bytes_ = 0;  // reserved, and not yet pushed
  std::vector<View> views_;
  std::vector<wire::Welcome> welcomes_;  // the latest of each rank
  std::optional<std::uint64_t> end_steps_;
  std::optional<Failure> broken_;  // why the thread has ended by itself
  Time progress_{};                // when a server last welcomed, granted or accepted something
  const std::function<bool()>* awaited_ = nullptr;  // by the solver's thread, of a server
  bool draining_ = false;                           // nothing is pushed any more
  bool stop_ = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir::client
