#include "server/endpoints.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "server/transport.h"
#include "src/core/file_system.h"
#include "src/wire/endpoint_file.h"

namespace weir {

namespace {

/// The texts of all ranks, in rank order, on every rank.
std::vector<std::string> gather_texts(Collective& collective, const std::string& text) {
  std::vector<std::int64_t> words{static_cast<std::int64_t>(text.size())};
  words.insert(words.end(), text.begin(), text.end());
  const std::vector<std::int64_t> all = collective.gather(words);
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < all.size();) {
    const auto size = static_cast<std::size_t>(all[at]);
    texts.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at + 1),
                       all.begin() + static_cast<std::ptrdiff_t>(at + 1 + size));
    at += 1 + size;
  }
  return texts;
}

}  // namespace

void publish_endpoints(Collective& collective, const std::string& endpoint, const Study& study,
                       const StudyDirectory& directory, const wire::AggregatorSettings& settings) {
  auto endpoints = gather_texts(collective, endpoint);
  if (collective.rank() != 0) return;
  wire::EndpointFile file;
  file.study = settings.study;
  file.schema = settings.schema;
  file.epoch = settings.epoch;
  file.endpoints = std::move(endpoints);
  for (const Field& field : study.simulation.fields)
    file.fields.push_back({field.name, field.size()});
  file.steps = study.simulation.steps;
  file.stride = study.simulation.stride;
  file.times = study.simulation.time.sent;
  for (const Parameter& parameter : study.parameters) file.parameters.push_back(parameter.name);
  file.window_bytes = study.client.window_mib << 20;
  file.timeout = study.client.timeout;
  file.server_key = wire::public_server_key(posix_file_system(), directory, transport_of(study));
  wire::write_endpoint_file(posix_file_system(), directory.endpoint(), file);
}

}  // namespace weir
