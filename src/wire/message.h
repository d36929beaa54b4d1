#pragma once
// The messages of the wire protocol, and their bytes. docs/wire_protocol.md describes each; this header is the contract.
//
// A message is one frame: a fixed 64-byte little-endian header {magic, version, kind, five 64-bit words}, then the payload.
// A DATA frame's payload is the chunk's FP32 values, so that one copy takes it from the frame to its slot.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "src/core/sample_id.h"

namespace weir::wire {

inline constexpr std::uint32_t magic = 0x52494557;  // "WEIR"
inline constexpr std::uint16_t version = 1;
inline constexpr std::size_t header_size = 64;
inline constexpr std::size_t max_control_payload = 1 << 20;  ///< bytes of a message that is not DATA

using Bytes = std::span<const std::byte>;

// ---- client → aggregator
struct Hello {
  std::uint64_t study = 0;   ///< study id, from the endpoint file
  std::uint64_t schema = 0;  ///< schema_hash
  std::uint64_t sim = 0, attempt = 0;
};
struct Want {  ///< what the client has to send, counted since Hello; idempotent
  std::uint64_t samples = 0, bytes = 0;
};
struct Data {  ///< a chunk of a field
  std::uint64_t sim = 0, attempt = 0, step = 0;
  std::uint32_t field = 0;
  std::uint64_t offset = 0, count = 0;  ///< values
};
struct End {  ///< a claim, no more: the client has sent its last step
  std::uint64_t sim = 0, attempt = 0, steps = 0, digest = 0;
};
struct Ping {
  std::uint64_t token = 0;
};

// ---- aggregator → client
struct Welcome {
  std::uint64_t epoch = 0, ranks = 0, steps = 0;
  std::vector<double> parameters;
  std::vector<std::uint8_t> held;     ///< bitmap of the steps this rank has
  std::vector<std::uint8_t> durable;  ///< … and of those in a published checkpoint
};
enum class RejectCode : std::uint32_t {
  version = 1, study = 2, schema = 3, unknown_simulation = 4, fenced = 5, over = 6, non_finite = 7, malformed = 8, too_many_steps = 9,
};
struct Reject {
  RejectCode code{};
  std::string text;
};
struct Credit {  ///< granted so far, counted since Welcome; idempotent. Samples the client may have begun, bytes of DATA payload it may have sent
  std::uint64_t samples = 0, bytes = 0;
};
struct Accepted {  ///< in buffer and ledger (or known to be: a duplicate, or dropped by the study's policy)
  std::uint64_t sim = 0, step = 0;
};
struct Durable {  ///< all steps of this rank below `step` are in a published checkpoint
  std::uint64_t sim = 0, step = 0;
};
struct Finished {  ///< answer to End: what of the simulation this rank has
  std::uint64_t sim = 0, held = 0, expected = 0;
};
struct Pong {
  std::uint64_t token = 0;
};

// ---- launcher ↔ server rank 0
struct LaunchHello {  ///< launcher → server: I can run `capacity` simulations at a time
  std::uint64_t study = 0, capacity = 0;
};
struct LaunchRun {  ///< server → launcher: start this attempt
  std::uint64_t sim = 0, attempt = 0;
  std::vector<double> parameters;
};
enum class JobEnd : std::uint32_t { done = 0, failed = 1, never_started = 2 };
struct LaunchEnded {  ///< launcher → server: the job of this attempt has ended
  std::uint64_t sim = 0, attempt = 0;
  JobEnd end{};
  std::string reason;
};
struct LaunchAck {  ///< server → launcher: LaunchEnded of this attempt came; until then it is sent again
  std::uint64_t sim = 0, attempt = 0;
};
struct LaunchStatus {  ///< server → launcher, about once a second: for the progress line
  std::uint64_t expected = 0, finished = 0, failed = 0, restarted = 0;          ///< simulations
  std::uint64_t samples_expected = 0, samples_unique = 0, samples_trained = 0, batches = 0;
  double train_loss = 0, validation_loss = 0, samples_per_second = 0;           ///< NaN where there is none yet
  std::uint64_t over = 0;                                                       ///< 1: nothing more will be asked for
};
struct LaunchStop {  ///< launcher (or `weir stop`) → server: end the study in order
  std::string reason;
};
struct LaunchStopping {  ///< server → whoever asked: it will
};

using Message = std::variant<Hello, Want, Data, End, Ping, Welcome, Reject, Credit, Accepted, Durable, Finished, Pong,
                             LaunchHello, LaunchRun, LaunchEnded, LaunchAck, LaunchStatus, LaunchStop, LaunchStopping>;

/// The frame of a message; for Data the header alone, its payload follows behind.
std::vector<std::byte> encode(const Message& message);
/// Writes the 64 header bytes of a DATA frame to `header`.
void encode_data_header(const Data& data, std::span<std::byte, header_size> header);

struct Decoded {
  Message message;
  Bytes payload;  ///< of Data: its values, pointing into the frame
};
/// Checks magic, version, kind and every length before anything is allocated. Never throws on bad bytes: `error` says
/// what is wrong with them, and then there is no message.
struct DecodeResult {
  std::variant<Decoded, std::string> value;
  std::uint16_t peer_version = 0;  ///< of a frame with the right magic
  bool ok() const { return value.index() == 0; }
};
DecodeResult decode(Bytes frame);

}  // namespace weir::wire
