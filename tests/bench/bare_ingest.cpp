#include <cstring>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "src/core/clock.h"
#include "src/core/error.h"
#include "tests/bench/client_processes.h"
#include "tests/bench/ingest.h"
#include "tests/support/temporary_folder.h"

namespace weir::bench {

namespace {

constexpr std::size_t header = 64;                  // as weir's
constexpr std::size_t bytes_in_flight = 64u << 20;  // of each client, as weir's window
constexpr int receive_timeout = 60'000;             // ms

/// Messages that make up the window, at least one.
int high_water_mark(const IngestCase& which) {
  return static_cast<int>(
      std::max<std::size_t>(1, bytes_in_flight / (which.values * sizeof(float))));
}

int run_client(const std::string& endpoint, const IngestCase& which) {
  const std::vector<float> values(which.values, 1.0f);
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::sndhwm, high_water_mark(which));
  socket.connect(endpoint);
  for (std::size_t step = 0; step < which.steps; ++step) {
    zmq::message_t message(header + which.values * sizeof(float));
    std::memset(message.data(), 0, header);
    std::memcpy(message.data<char>() + header, values.data(), which.values * sizeof(float));
    socket.send(message, zmq::send_flags::none);
  }
  return 0;  // the context's destructor sends what is left
}

}  // namespace

double bare_ingest(const IngestCase& which) {
  const test::TemporaryFolder folder;
  const std::string endpoint = "ipc://" + (folder / "bare").string();
  ClientProcesses clients(which.clients, [&](std::size_t) { return run_client(endpoint, which); });

  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::router);
  socket.set(zmq::sockopt::rcvhwm, high_water_mark(which));
  socket.set(zmq::sockopt::rcvtimeo, receive_timeout);
  socket.bind(endpoint);
  std::vector<float> rows(which.slots() * which.values, 0.0f);
  clients.start();

  const SystemClock clock;
  Time first{};
  for (std::size_t k = 0; k < which.clients * which.steps; ++k) {
    zmq::message_t peer, message;
    if (!socket.recv(peer) || !socket.recv(message))
      throw Error(ErrorKind::study, "the bare reference has not ended within its deadline");
    if (k == 0) first = clock.now();
    std::memcpy(rows.data() + (k % which.slots()) * which.values, message.data<char>() + header,
                which.values * sizeof(float));
  }
  const double seconds = Seconds(clock.now() - first).count();
  clients.join();
  return static_cast<double>(which.bytes()) / seconds;
}

}  // namespace weir::bench
