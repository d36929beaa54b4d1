#pragma once
// Client processes streaming into one server rank, by weir and by bare ZeroMQ.

#include <weir/client.h>

#include <algorithm>
#include <cstddef>
#include <functional>

namespace weir::bench {

struct IngestCase {
  std::size_t clients = 1;  ///< processes
  std::size_t values = 0;   ///< FP32 values of a step
  std::size_t steps = 0;    ///< of each client
  std::size_t bytes() const { return clients * values * steps * sizeof(float); }
  /// Rows that the payload is copied into, in turn: as many as fit into what may be in flight, at
  /// least 16.
  std::size_t slots() const {
    return std::max<std::size_t>(16, (std::size_t{64} << 20) / (values * sizeof(float)));
  }
};

/// What a client process does between weir_init and weir_finalize: sends all of its steps.
using ClientBody = std::function<weir_status(weir_client*)>;

/// Client processes that run `body`, and one server rank without training, whose slots are free
/// again at once. Bytes per second of payload, from the first chunk to the last commit. Throws
/// Error when a client fails.
double serve_clients(const IngestCase& which, const ClientBody& body);

/// Bytes per second of payload into slots, through the client API, the ZeroMQ channel and an
/// aggregator session whose slots are free again at once. From the first chunk to the last commit.
/// Throws Error when a client fails.
double weir_ingest(const IngestCase& which);

/// The same payload in messages of one step each, from DEALER sockets to a ROUTER socket, one copy
/// into a slot each.
double bare_ingest(const IngestCase& which);

}  // namespace weir::bench
