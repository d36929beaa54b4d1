#include "server/setup.h"

#include <filesystem>
#include <string>
#include <utility>

#include <spdlog/sinks/basic_file_sink.h>

#include "server/plugin/load.h"
#include "src/core/clock.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/fnv1a.h"
#include "src/study/identity.h"
#include "src/study/parse.h"
#include "src/study/samples.h"

namespace weir {

std::uint64_t study_id(const Study& study, const StudyDirectory& directory) {
  return fnv1a(write_study(identity_of(study)) + directory.root.string());
}

Study resolve(const ServerOptions& options, std::size_t ranks) {
  Study study = load_study(options.study_file);
  study.server.ranks = ranks;
  for (const auto& plugin : options.plugins)
    study.server.plugins.push_back(std::filesystem::absolute(plugin).lexically_normal().string());
  if (!options.record.empty()) {
    if (study.training.source == Source::dataset)
      throw Error(ErrorKind::input,
                  "--record needs an ensemble, but /training/source is \"dataset\": there is "
                  "nothing to record");
    if (ranks != 1)
      throw Error(ErrorKind::input, "--record runs on one rank, this is " + std::to_string(ranks) +
                                        ": start it with mpirun -n 1");
    if (study.sampling.adaptive.kind != Refinement::none)
      throw Error(ErrorKind::input,
                  "--record trains nothing, hence finds no simulation hard: it needs "
                  "/sampling/adaptive/kind \"none\"");
    study.buffer.kind = BufferKind::fifo;
    study.buffer.watermark = 0;
    study.training.samples.kind = SampleKind::direct;  // a data set has every step
  }
  return study;
}

Registry registry_of(const ServerOptions& options, const Study& study) {
  Registry registry = options.registry;
  load_plugins(study.server.plugins, registry);
  return registry;
}

StudyDirectory open_directory(const ServerOptions& options, const Study& study) {
  const auto root = std::filesystem::absolute(
      options.output.empty() ? std::filesystem::path(study.name) : options.output);
  StudyDirectory directory{root.lexically_normal()};
  FileSystem& files = posix_file_system();
  for (const auto& folder : {directory.root, directory.logs(), directory.run()})
    files.make_directories(folder, 0700);
  return directory;
}

std::shared_ptr<spdlog::logger> open_log(const StudyDirectory& directory, std::size_t rank) {
  try {
    auto sink =
        std::make_shared<spdlog::sinks::basic_file_sink_mt>(directory.server_log(rank).string());
    auto log = std::make_shared<spdlog::logger>("rank " + std::to_string(rank), std::move(sink));
    log->flush_on(
        spdlog::level::info);  // few lines, and a killed server must not take them with it
    // A log that cannot be written (full disk) must not end a study.
    log->set_error_handler([](const std::string&) {});
    return log;
  } catch (const spdlog::spdlog_ex& error) {
    throw Error(
        ErrorKind::environment,
        "cannot write the log " + directory.server_log(rank).string() + ": " + error.what());
  }
}

wire::AggregatorSettings aggregator_settings(const Study& study, std::uint64_t id,
                                             std::uint64_t epoch, const Collective& collective) {
  wire::AggregatorSettings settings;
  settings.study = id;
  settings.schema = schema_hash(study);
  settings.epoch = epoch;
  settings.rank = collective.rank();
  settings.ranks = collective.ranks();
  settings.routing = routing_of(study);
  settings.steps = study.simulation.steps;
  settings.times = study.simulation.time.sent;
  for (const Field& field : study.simulation.fields) {
    settings.field_sizes.push_back(field.size());
    settings.field_names.push_back(field.name);
  }
  settings.inflight_bytes = study.server.inflight_mib << 20;
  settings.patience = std::chrono::milliseconds(1);
  settings.liveness = std::chrono::duration_cast<Duration>(Seconds(study.server.liveness));
  settings.progress = std::chrono::duration_cast<Duration>(Seconds(study.simulation.progress));
  return settings;
}

}  // namespace weir
