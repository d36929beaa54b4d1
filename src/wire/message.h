#pragma once
// The messages of the wire protocol, and their bytes. docs/wire_protocol.md describes each; this
// header is the contract.
//
// A message is one frame: a fixed 64-byte little-endian header {magic, version, kind, six 64-bit
// words, payload length}, then the payload: what does not fit into the words, lists and texts with
// their counts before them. A DATA frame's payload is the chunk's FP32 values alone, so that one
// copy takes it from the frame to its slot.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "src/core/sample_id.h"
#include "src/wire/box.h"

namespace weir::wire {

inline constexpr std::uint32_t protocol_magic = 0x52494557;  // "WEIR"
inline constexpr std::uint16_t protocol_version = 3;
inline constexpr std::size_t header_size = 64;
/// Payload bytes of a message that is not DATA, and of one that is.
inline constexpr std::size_t max_control_payload = 4u << 20;
inline constexpr std::size_t max_chunk_bytes = 4u << 20;
/// What a box takes beside the values: a count and three words an axis.
inline constexpr std::size_t max_box_bytes = 8 + 24 * max_axes;
/// Bytes of a text; encode() cuts a longer one.
inline constexpr std::size_t max_text = 4096;
/// Ranks of a solver that send by themselves.
inline constexpr std::size_t max_parts = 1u << 16;

/// The numbers of the messages on the wire; they are never reused.
enum class Kind : std::uint16_t {
  hello = 1,
  want = 2,
  data = 3,
  end = 4,
  ping = 5,
  part = 6,
  welcome = 16,
  reject = 17,
  credit = 18,
  accepted = 19,
  durable = 20,
  finished = 21,
  pong = 22,
  launch_hello = 32,
  launch_run = 33,
  launch_ended = 34,
  launch_status = 35,
  launch_stop = 36,
  launch_stopping = 37,
  launch_ack = 38,
};

using Bytes = std::span<const std::byte>;

// ---- client → aggregator
struct Hello {
  static constexpr Kind kind = Kind::hello;
  std::uint64_t study = 0;   ///< study id, from the endpoint file
  std::uint64_t schema = 0;  ///< schema_hash
  std::uint64_t sim = 0, attempt = 0;
  std::uint64_t session = 0;  ///< another number for each Hello of a client; its Welcome repeats it
  /// Bitmap of the steps that this rank, under any epoch, has accepted and the client has forgotten
  /// since. When the rank (restored from a checkpoint) does not hold one of them, this attempt can
  /// never complete the simulation: it is refused (lacking), and a later attempt runs.
  std::vector<std::uint8_t> forgotten{};
  /// A solver that does not gather its fields has a session for each of its `parts` ranks; this is
  /// of rank `part`. `run` is the same for all ranks of one start of the solver, and another for
  /// each start.
  std::uint64_t part = 0, parts = 1, run = 0;
};
struct Want {  ///< what the client has to send, counted since Welcome; idempotent
  static constexpr Kind kind = Kind::want;
  std::uint64_t samples = 0, bytes = 0;  ///< sent and to be sent
  std::uint64_t chunk = 0;     ///< bytes of the next chunk: less credit is of no use. 0: credit for
                               ///< bytes is of no use now
  std::uint64_t returned = 0;  ///< bytes granted that the client could not use and gives back
  std::uint64_t pulse = 0;  ///< grows while the solver goes on: it sent a step, to whichever rank,
                            ///< passed one over that is held, or waits for a server
  bool operator==(const Want&) const = default;
};
struct Data {  ///< a chunk of a field; with a box it is a message of kind part
  static constexpr Kind kind = Kind::data;
  std::uint64_t sim = 0, attempt = 0, step = 0;
  std::uint32_t field = 0;
  std::uint64_t offset = 0, count = 0;  ///< values; fewer than 2^32 in a message
  double time = 0;  ///< of the step, as the solver says it; 0 when the study does not ask for it
  /// Where the values lie in the field: from `offset` on, or, when a box is given, there, and
  /// `offset` counts in what this part has of the field.
  Box box{};
};
struct End {  ///< a claim, no more: the client has sent its last step
  static constexpr Kind kind = Kind::end;
  std::uint64_t sim = 0, attempt = 0, steps = 0, digest = 0;
};
struct Ping {
  static constexpr Kind kind = Kind::ping;
  std::uint64_t token = 0;
};

// ---- aggregator → client
struct Welcome {
  static constexpr Kind kind = Kind::welcome;
  std::uint64_t epoch = 0, ranks = 0, steps = 0;
  std::vector<double> parameters;
  std::vector<std::uint8_t> held;     ///< bitmap of the steps this rank has
  std::vector<std::uint8_t> durable;  ///< … and of those in a published checkpoint
  std::uint64_t session = 0;          ///< of the Hello that this answers
  Routing routing{};                  ///< which of the ranks each step belongs to
};
enum class RejectCode : std::uint32_t {
  version = 1,
  study = 2,
  schema = 3,
  unknown_simulation = 4,
  fenced = 5,
  over = 6,
  non_finite = 7,
  malformed = 8,
  too_many_steps = 9,
  lacking = 11,     ///< steps that the client has forgotten were lost with a former epoch of the
                    ///< server: only a new attempt can send them
  no_session = 10,  ///< the only one that is not for good: say Hello again (the connection or the
                    ///< server is a new one)
};
struct Reject {
  static constexpr Kind kind = Kind::reject;
  RejectCode code{};
  std::string text;
};
struct Credit {  ///< granted so far, counted since Welcome; idempotent. Samples the client may have
                 ///< begun, bytes of DATA payload it may have sent
  static constexpr Kind kind = Kind::credit;
  std::uint64_t samples = 0, bytes = 0;
};
struct Accepted {  ///< in buffer and ledger (or known to be: a duplicate, or dropped by the study's
                   ///< policy)
  static constexpr Kind kind = Kind::accepted;
  std::uint64_t sim = 0;
  std::vector<std::uint64_t> steps;
};
struct Durable {  ///< all steps of this rank below `step` are in a published checkpoint
  static constexpr Kind kind = Kind::durable;
  std::uint64_t sim = 0, step = 0;
};
struct Finished {  ///< answer to End: what of the simulation this rank has
  static constexpr Kind kind = Kind::finished;
  std::uint64_t sim = 0, held = 0, expected = 0;
};
struct Pong {
  static constexpr Kind kind = Kind::pong;
  std::uint64_t token = 0;
};

// ---- launcher ↔ server rank 0
struct LaunchHello {  ///< launcher → server: I can run `capacity` simulations at a time
  static constexpr Kind kind = Kind::launch_hello;
  std::uint64_t study = 0, capacity = 0;
  /// The highest attempt of each simulation that was ever submitted, so that a server restored from
  /// a checkpoint (or met by a new launcher) never asks for one twice. `alive`: whether its job has
  /// ended. As long as each other.
  std::vector<std::uint64_t> sims{}, attempts{};
  std::vector<std::uint8_t> alive{};  ///< 0: ended; 1: runs; 2: waits for a place to run
};
struct LaunchRun {  ///< server → launcher: start this attempt
  static constexpr Kind kind = Kind::launch_run;
  std::uint64_t sim = 0, attempt = 0;
  std::vector<double> parameters;
  std::string reason{};  ///< why the attempt before is replaced; may be empty
};
enum class JobEnd : std::uint32_t {
  done = 0,
  failed = 1,
  never_started = 2,
  taken_away = 3,  ///< its node failed or another job took its place: no fault of the simulation
};
struct LaunchEnded {  ///< launcher → server: the job of this attempt has ended
  static constexpr Kind kind = Kind::launch_ended;
  std::uint64_t sim = 0, attempt = 0;
  JobEnd end{};
  std::string reason;
};
struct LaunchAck {  ///< server → launcher: LaunchEnded of this attempt came; until then it is sent
                    ///< again
  static constexpr Kind kind = Kind::launch_ack;
  std::uint64_t sim = 0, attempt = 0;
};
struct LaunchStatus {  ///< server → launcher, about once a second: for the progress line
  static constexpr Kind kind = Kind::launch_status;
  std::uint64_t expected = 0, finished = 0, failed = 0, restarted = 0;  ///< simulations
  std::uint64_t samples_expected = 0, samples_unique = 0, samples_trained = 0, batches = 0;
  double train_loss = 0, validation_loss = 0,
         samples_per_second = 0;  ///< NaN where there is none yet
  std::uint64_t over = 0;         ///< 1: nothing more will be asked for
  std::uint64_t epoch = 0;        ///< of the server
  std::uint64_t pulse = 0;  ///< grows with every sign of life of the trainer, hence of all ranks
  std::uint64_t checkpoints = 0;  ///< published by this incarnation
};
struct LaunchStop {  ///< launcher (or `weir stop`) → server: end the study in order
  static constexpr Kind kind = Kind::launch_stop;
  std::string reason;
};
struct LaunchStopping {  ///< server → whoever asked: it will
  static constexpr Kind kind = Kind::launch_stopping;
};

using Message = std::variant<Hello, Want, Data, End, Ping, Welcome, Reject, Credit, Accepted,
                             Durable, Finished, Pong, LaunchHello, LaunchRun, LaunchEnded,
                             LaunchAck, LaunchStatus, LaunchStop, LaunchStopping>;

/// The frame of a message; for Data what comes before its values, which follow behind.
/// Error{input}: a list so long that the payload would be over max_control_payload.
std::vector<std::byte> encode(const Message& message);
/// Writes the 64 header bytes of a DATA frame to `header`.
/// Precondition: no box.
void encode_data_header(const Data& data, std::span<std::byte, header_size> header);
/// Bytes of such a frame before its values.
std::size_t data_prefix_size(const Data& data);
/// Writes them; `prefix` has that size.
void encode_data_prefix(const Data& data, std::span<std::byte> prefix);
/// Bytes of the values of a whole frame with Data, as its header says.
std::size_t value_bytes(Bytes frame);

struct Decoded {
  Message message;
  Bytes payload;  ///< of Data: its values, pointing into the frame
};
/// Checks magic, version, kind and every length before anything is allocated. Never throws on bad
/// bytes: the text says what is wrong with them, and then there is no message.
struct DecodeResult {
  std::variant<Decoded, std::string> value;
  std::uint16_t peer_version = 0;  ///< of a frame with the right magic
  bool ok() const { return value.index() == 0; }
};
DecodeResult decode(Bytes frame);

}  // namespace weir::wire
