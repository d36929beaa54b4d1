#include <weir/client.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/wire/aggregator_session.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/study_channel.h"
#include "tests/bench/client_processes.h"
#include "tests/bench/ingest.h"
#include "tests/bench/own_memory.h"
#include "tests/bench/recycling_sink.h"
#include "tests/support/temporary_folder.h"

namespace weir::bench {

namespace {

constexpr auto patience = std::chrono::milliseconds(1);  // as the server's
constexpr auto deadline = std::chrono::seconds(120);

class QuietEvents final : public wire::AggregatorEvents {
 public:
  std::optional<std::vector<double>> parameters(std::uint64_t) override {
    return std::vector<double>{0.0};
  }
  void connected(std::uint64_t, std::uint64_t) override {}
  void accepted(SampleId) override {}
  void completed(std::uint64_t) override {}
  void refused(std::uint64_t, const std::string&) override {}
  void lost(std::uint64_t, std::uint64_t) override {}
  void other(const wire::Peer&, const wire::Message&) override {}
};

wire::AggregatorSettings settings_of(const IngestCase& which) {
  wire::AggregatorSettings settings;
  settings.study = 1;
  settings.schema = 1;
  settings.steps = which.steps;
  settings.field_sizes = {which.values};
  settings.inflight_bytes = bytes_in_flight;
  settings.patience = patience;
  return settings;
}

wire::StudyTransport transport_of(const IngestCase& which) {
  wire::StudyTransport transport;
  transport.tcp = which.transport != Transport::ipc;
  transport.interface = "lo";
  transport.curve = which.transport == Transport::curve;
  return transport;
}

void publish(const StudyDirectory& directory, const IngestCase& which,
             const std::string& endpoint) {
  wire::EndpointFile file;
  file.study = 1;
  file.schema = 1;
  file.endpoints = {endpoint};
  file.fields = {{"u", which.values}};
  file.steps = which.steps;
  file.parameters = {"a"};
  file.window_bytes = which.window;
  file.timeout = 60;
  file.server_key = wire::public_server_key(posix_file_system(), directory, transport_of(which));
  wire::write_endpoint_file(posix_file_system(), directory.endpoint(), file);
}

/// As the server's aggregator does. Throws Error{study}: not done within the deadline.
void serve(wire::ServerChannel& channel, wire::AggregatorSession& session, OwnMemory& memory,
           const std::function<bool()>& done) {
  const SystemClock clock;
  const Time end = clock.now() + deadline;
  while (!done()) {
    if (clock.now() > end)
      throw Error(ErrorKind::study, "ingest has not ended within its deadline");
    channel.wait(session.untold() ? patience : std::chrono::milliseconds(20));
    for (int burst = 0; burst < 256; ++burst) {
      auto received = channel.try_receive();
      if (!received) break;
      session.receive(received->peer(), received->bytes(), clock.now());
    }
    session.tick(clock.now());
    memory.look(clock.now());
  }
}

}  // namespace

std::string size_name(std::size_t bytes) {
  constexpr std::size_t kib = 1024, mib = 1024 * kib;
  return bytes >= mib ? std::to_string(bytes / mib) + "MiB" : std::to_string(bytes / kib) + "KiB";
}

void become_simulation(const StudyDirectory& directory, std::size_t sim) {
  setenv("WEIR_STUDY_DIR", directory.root.c_str(), 1);
  setenv("WEIR_SIM", std::to_string(sim).c_str(), 1);
}

Reception serve_processes(const IngestCase& which, std::size_t processes,
                          const std::function<int(const StudyDirectory&, std::size_t)>& body,
                          const std::function<void()>& received) {
  const test::TemporaryFolder folder;
  const StudyDirectory directory{folder.path()};
  posix_file_system().make_directories(directory.run(), 0700);
  ClientProcesses clients(processes, [&](std::size_t index) { return body(directory, index); });

  const auto channel =
      wire::listen_for_study(posix_file_system(), directory, transport_of(which), /*rank=*/0);
  RecyclingSink sink(which.slots(), which.values, which.steps, which.clients);
  QuietEvents events;
  wire::AggregatorSession session(
      settings_of(which), sink, events,
      [&](const wire::Peer& peer, wire::Frame frame) { channel->send(peer, std::move(frame)); });
  publish(directory, which, channel->endpoint());
  OwnMemory memory;
  clients.start();

  const auto all = [&] { return sink.accepted() == which.clients * which.steps; };
  serve(*channel, session, memory, all);
  received();
  serve(*channel, session, memory,
        [&] { return session.counters().clients == 0; });  // each End answered
  clients.join();
  const auto [first, last] = sink.times();
  return {first, last, sink.last_of(), memory.gained()};
}

Reception serve_clients(const IngestCase& which, const ClientBody& body) {
  return serve_processes(which, which.clients,
                         [&](const StudyDirectory& directory, std::size_t index) {
                           become_simulation(directory, index);
                           weir_client* client = nullptr;
                           if (weir_init_serial(&client) != WEIR_OK) return 1;
                           if (body(client) != WEIR_OK) return 2;
                           return weir_finalize(&client) == WEIR_OK ? 0 : 3;
                         });
}

weir_status send_all(weir_client* client, const IngestCase& which) {
  const std::vector<float> values(which.values, 1.0f);
  weir_status status = WEIR_OK;
  for (std::size_t step = 0; step < which.steps && status == WEIR_OK; ++step)
    status = weir_send_float(client, "u", values.data(), values.size());
  return status;
}

double weir_ingest(const IngestCase& which) {
  const Reception reception =
      serve_clients(which, [&](weir_client* client) { return send_all(client, which); });
  return static_cast<double>(which.bytes()) / Seconds(reception.last - reception.first).count();
}

}  // namespace weir::bench
