#pragma once
// A client's side of the protocol with one server rank, without sockets: what is queued, what was
// granted, what is accepted.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "src/core/clock.h"
#include "src/wire/channel.h"
#include "src/wire/message.h"

namespace weir::wire {

struct ClientSettings {
  std::uint64_t study = 0, schema = 0, sim = 0, attempt = 0;
  std::uint64_t part = 0, parts = 1, run = 0;  ///< see Hello
  std::size_t rank = 0;                        ///< of the server rank
  std::uint64_t epoch = 0;                     ///< the lowest whose WELCOME is followed
  /// Time without a word to or from the server after which it is asked whether it lives.
  Duration ping_every = std::chrono::seconds(5);
  /// Time without a word from the server after which Hello is said again, with back-off up to 5 s.
  Duration silence = std::chrono::seconds(15);
};

enum class ClientState {
  connecting,  ///< Hello said, no Welcome yet
  open,
  rejected,  ///< for good; reject() says why
  ended,     ///< End was said and answered; finished() says what the rank has
};

/// Deterministic. Used by one thread. Keeps each chunk until its sample is accepted, and sends it
/// again after a new Welcome (the rank's `held` steps left out). Sends a chunk only within credit.
/// Samples begin in the order in which their first chunks came; the chunks of a field of a sample
/// leave in the order they came, and a sample that was begun never waits for one that was not.
///
/// A part of a solver that does not gather is a client like any other: its chunks of a step are
/// what it has of it, and it enqueues nothing of a step that it has nothing of.
///
/// What was accepted, or passed over because the rank held it, is *forgotten*: each Hello says so,
/// and a server that has gone back to a state without it refuses the attempt (lacking).
class ClientSession {
 public:
  using Send = std::function<void(Frame)>;

  ClientSession(ClientSettings settings, Send send);
  ~ClientSession();

  void start(Time now);
  /// A server of this epoch has taken the place of the one so far, on another channel: Hello is
  /// said to it at once, and no lower epoch is followed any more.
  void follow(std::uint64_t epoch, Time now);
  /// One frame from the server. Bad bytes are ignored (counted).
  void receive(Bytes frame, Time now);
  /// To be called after each burst of enqueue() and receive(), and at least every ping_every / 2.
  void tick(Time now);

  /// A whole DATA frame, header written, for this rank; the chunks of a field of a step in order of
  /// their offsets, each payload at most max_chunk_bytes. A chunk of a step that the rank holds
  /// already is dropped at once.
  void enqueue(std::uint64_t step, Frame chunk);
  /// A step, or a field of it, is not sent, as the rank holds it: as an enqueue() that was dropped.
  void pass(std::uint64_t step);
  /// The solver goes on, or waits for a server: told with the next Want, alone at most once a
  /// second.
  void pulse();
  /// No chunk comes any more; End is said when all are accepted.
  void end(std::uint64_t steps, std::uint64_t digest);

  ClientState state() const;
  const Welcome& welcome() const;  ///< the latest; precondition: there was one
  /// All steps of this rank below it are in a published checkpoint, as far as was told.
  std::uint64_t durable() const;
  const std::optional<Reject>& reject() const;
  const std::optional<Finished>& finished() const;
  std::size_t unaccepted_bytes() const;  ///< payload bytes queued or in flight
  bool starved() const;                  ///< something is queued and no credit is left
  Time last_heard() const;               ///< when the server last said anything
  Time last_progress() const;            ///< … welcomed, granted or accepted something
  std::size_t ignored() const;           ///< frames that were no message to a client

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::wire
