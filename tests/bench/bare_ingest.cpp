#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "src/core/clock.h"
#include "src/core/error.h"
#include "src/wire/keys.h"
#include "tests/bench/client_processes.h"
#include "tests/bench/ingest.h"
#include "tests/bench/shared_memory.h"
#include "tests/support/temporary_folder.h"

namespace weir::bench {

namespace {

constexpr std::size_t header = 64;       // as weir's
constexpr int receive_timeout = 60'000;  // ms

/// What a client has to know; shared with it, as its parent learns it after the fork.
struct Server {
  char endpoint[128] = {};
  char public_key[41] = {};
};

/// Messages that make up the window, at least one.
int high_water_mark(const IngestCase& which) {
  return static_cast<int>(
      std::max<std::size_t>(1, bytes_in_flight / (which.values * sizeof(float))));
}

bool encrypted(const IngestCase& which) { return which.transport == Transport::curve; }

int run_client(const Server& server, const IngestCase& which) {
  const std::vector<float> values(which.values, 1.0f);
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::sndhwm, high_water_mark(which));
  if (encrypted(which)) {
    const wire::CurveKey own = wire::make_curve_key();
    socket.set(zmq::sockopt::curve_serverkey, server.public_key);
    socket.set(zmq::sockopt::curve_publickey, own.public_key);
    socket.set(zmq::sockopt::curve_secretkey, own.secret_key);
  }
  socket.connect(server.endpoint);
  for (std::size_t step = 0; step < which.steps; ++step) {
    zmq::message_t message(header + which.values * sizeof(float));
    std::memset(message.data(), 0, header);
    std::memcpy(message.data<char>() + header, values.data(), which.values * sizeof(float));
    socket.send(message, zmq::send_flags::none);
  }
  return 0;  // the context's destructor sends what is left
}

void listen(zmq::socket_t& socket, const IngestCase& which, const std::filesystem::path& folder,
            Server& server) {
  if (encrypted(which)) {
    const wire::CurveKey key = wire::make_curve_key();
    socket.set(zmq::sockopt::curve_server, 1);
    socket.set(zmq::sockopt::curve_secretkey, key.secret_key);
    key.public_key.copy(server.public_key, sizeof server.public_key - 1);
  }
  socket.bind(which.transport == Transport::ipc ? "ipc://" + (folder / "bare").string()
                                                : "tcp://127.0.0.1:*");
  socket.get(zmq::sockopt::last_endpoint).copy(server.endpoint, sizeof server.endpoint - 1);
}

}  // namespace

double bare_ingest(const IngestCase& which) {
  const test::TemporaryFolder folder;
  SharedMemory<Server> server;
  ClientProcesses clients(which.clients, [&](std::size_t) { return run_client(*server, which); });

  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::router);
  socket.set(zmq::sockopt::rcvhwm, high_water_mark(which));
  socket.set(zmq::sockopt::rcvtimeo, receive_timeout);
  listen(socket, which, folder.path(), *server);
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
