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
#include "src/wire/zmq_channel.h"
#include "tests/bench/client_processes.h"
#include "tests/bench/ingest.h"
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

int run_client(const StudyDirectory& directory, std::size_t index, const ClientBody& body) {
  setenv("WEIR_STUDY_DIR", directory.root.c_str(), 1);
  setenv("WEIR_SIM", std::to_string(index).c_str(), 1);
  weir_client* client = nullptr;
  if (weir_init_serial(&client) != WEIR_OK) return 1;
  if (body(client) != WEIR_OK) return 2;
  return weir_finalize(&client) == WEIR_OK ? 0 : 3;
}

wire::AggregatorSettings settings_of(const IngestCase& which) {
  wire::AggregatorSettings settings;
  settings.study = 1;
  settings.schema = 1;
  settings.steps = which.steps;
  settings.field_sizes = {which.values};
  settings.patience = patience;
  return settings;
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
  file.window_bytes = 64u << 20;
  file.timeout = 60;
  wire::write_endpoint_file(posix_file_system(), directory.endpoint(), file);
}

}  // namespace

double serve_clients(const IngestCase& which, const ClientBody& body) {
  const test::TemporaryFolder folder;
  const StudyDirectory directory{folder.path()};
  posix_file_system().make_directories(directory.run(), 0700);
  ClientProcesses clients(which.clients,
                          [&](std::size_t index) { return run_client(directory, index, body); });

  const auto channel = wire::bind_zmq_channel(wire::ipc_address(directory.run(), 0));
  RecyclingSink sink(which.slots(), which.values, which.steps);
  QuietEvents events;
  wire::AggregatorSession session(
      settings_of(which), sink, events,
      [&](const wire::Peer& peer, wire::Frame frame) { channel->send(peer, std::move(frame)); });
  publish(directory, which, channel->endpoint());
  clients.start();

  const SystemClock clock;
  const Time end = clock.now() + deadline;
  bool served = false;
  while (sink.accepted() < which.clients * which.steps || !served) {
    if (clock.now() > end)
      throw Error(ErrorKind::study, "ingest has not ended within its deadline");
    channel->wait(session.untold() ? patience : std::chrono::milliseconds(20));
    for (int burst = 0; burst < 256; ++burst) {
      auto received = channel->try_receive();
      if (!received) break;
      session.receive(received->peer(), received->bytes(), clock.now());
    }
    session.tick(clock.now());
    served = session.counters().clients == 0;  // every End was answered
  }
  clients.join();
  return static_cast<double>(which.bytes()) / sink.seconds();
}

double weir_ingest(const IngestCase& which) {
  return serve_clients(which, [&](weir_client* client) {
    const std::vector<float> values(which.values, 1.0f);
    weir_status status = WEIR_OK;
    for (std::size_t step = 0; step < which.steps && status == WEIR_OK; ++step)
      status = weir_send_float(client, "u", values.data(), values.size());
    return status;
  });
}

}  // namespace weir::bench
