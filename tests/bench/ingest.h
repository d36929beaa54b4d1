#pragma once
// Client processes streaming into one server rank, by weir, by bare ZeroMQ, and by files.

#include <weir/client.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/study_directory.h"

namespace weir::bench {

/// What a server rank grants at most to all of its clients, and the window of each client if
/// nothing else is said: the study's defaults.
inline constexpr std::size_t bytes_in_flight = std::size_t{64} << 20;

enum class Transport {
  ipc,    ///< a Unix socket
  tcp,    ///< over the loopback interface, "security": "none"
  curve,  ///< the same, encrypted
};

struct IngestCase {
  std::size_t clients = 1;  ///< each a simulation
  std::size_t values = 0;   ///< FP32 values of a step
  std::size_t steps = 0;    ///< of each client
  Transport transport = Transport::ipc;
  std::size_t window = bytes_in_flight;  ///< bytes of each client that may be unaccepted

  std::size_t step_bytes() const { return values * sizeof(float); }
  std::size_t bytes() const { return clients * steps * step_bytes(); }
  /// Rows that the payload is copied into, in turn: as many as fit into what may be in flight, at
  /// least 16.
  std::size_t slots() const { return std::max<std::size_t>(16, bytes_in_flight / step_bytes()); }
};

/// "64KiB", "4MiB"
std::string size_name(std::size_t bytes);

struct Reception {
  Time first{}, last{};       ///< when the first sample was begun, and the last one in its slot
  std::vector<Time> last_of;  ///< as `last`, of each client
  std::size_t memory = 0;  ///< bytes of its own that the server rank took beside its slots, at most
};

/// `processes` that run `body(study directory, index)` and have ended with 0, and one server rank
/// without training, whose slots are free again at once; `received` is called when the last step is
/// in its slot. Throws Error when a process fails, or after two minutes.
Reception serve_processes(
    const IngestCase& which, std::size_t processes,
    const std::function<int(const StudyDirectory&, std::size_t)>& body,
    const std::function<void()>& received = [] {});

/// Makes the calling process that of simulation `sim`, as far as the next weir_init is concerned.
void become_simulation(const StudyDirectory& directory, std::size_t sim);

/// What a client process does between weir_init and weir_finalize: sends all of its steps.
using ClientBody = std::function<weir_status(weir_client*)>;

/// The same, with one client a process.
Reception serve_clients(const IngestCase& which, const ClientBody& body);

/// Sends all steps of `which`; every value is the same.
weir_status send_all(weir_client* client, const IngestCase& which);

/// Bytes per second of payload into slots, through the client API, the ZeroMQ channel and an
/// aggregator session whose slots are free again at once. From the first chunk to the last commit.
double weir_ingest(const IngestCase& which);

/// The same payload in messages of one step each, from DEALER sockets to a ROUTER socket of the
/// same transport, one copy into a slot each.
double bare_ingest(const IngestCase& which);

/// The same payload in a file a step in a tmpfs, each written under a temporary name and renamed,
/// and read by one process that is told of new names. From when all writers begin to the last row
/// read.
double file_ingest(const IngestCase& which);

}  // namespace weir::bench
