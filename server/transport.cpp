#include "server/transport.h"

#include <algorithm>

#include "src/core/file_system.h"

namespace weir {

wire::StudyTransport transport_of(const Study& study) {
  const TransportSettings& settings = study.server.transport;
  return {.tcp = settings.kind == TransportKind::tcp,
          .interface = settings.interface,
          .curve = settings.security == Security::curve,
          .max_bytes = largest_message(study)};
}

std::size_t largest_message(const Study& study) {
  constexpr std::size_t numbers_and_texts = 64 << 10;
  std::size_t field = 0;
  for (const Field& one : study.simulation.fields)
    field = std::max(field, one.size() * sizeof(float));
  const std::size_t hello = study.simulation.steps / 8;  // a bit a step
  const std::size_t launch_hello = study.simulation.count * 3 * sizeof(std::uint64_t);
  const std::size_t lists =
      std::min(std::max(hello, launch_hello) + numbers_and_texts, wire::max_control_payload);
  return wire::header_size +
         std::max(wire::max_box_bytes + std::min(field, wire::max_chunk_bytes), lists);
}

std::unique_ptr<wire::ServerChannel> open_channel(const Study& study,
                                                  const StudyDirectory& directory, std::size_t rank,
                                                  spdlog::logger& log) {
  const wire::StudyTransport transport = transport_of(study);
  auto channel = wire::listen_for_study(posix_file_system(), directory, transport, rank);
  if (transport.tcp && !transport.curve)
    log.warn(
        "anybody who reaches {} can send samples and stop the study, and read what solvers send: "
        "the study asks for \"security\": \"none\"",
        channel->endpoint());
  return channel;
}

}  // namespace weir
