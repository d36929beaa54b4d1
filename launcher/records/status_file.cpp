#include "launcher/records/status_file.h"

#include <array>
#include <cmath>
#include <ctime>
#include <exception>
#include <limits>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "launcher/records/progress.h"
#include "src/core/error.h"
#include "src/core/process.h"
#include "src/wire/json_number.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;
using wire::get_whole_number;
using wire::whole_number;

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

double number_or_nan(const Json& json, const char* key) {
  const auto& value = json.at(key);
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

Json simulations(const Snapshot& snapshot, const wire::LaunchStatus& status) {
  return {{"expected", status.expected},
          {"finished", status.finished},
          {"failed", status.failed},
          {"restarted", status.restarted},
          {"running", snapshot.jobs - snapshot.pending},
          {"pending", snapshot.pending},
          {"queued", snapshot.queued}};
}

Json samples(const wire::LaunchStatus& status) {
  return {{"expected", status.samples_expected},
          {"unique", status.samples_unique},
          {"trained", status.samples_trained}};
}

Snapshot parse_snapshot(const Json& json) {
  Snapshot snapshot;
  snapshot.seconds = json.at("seconds").get<double>();
  snapshot.resumed = json.value("resumed", false);
  snapshot.server_pending = json.value("server_pending", false);
  if (json.contains("server_restarts"))
    get_whole_number(json, "server_restarts", snapshot.server_restarts);
  if (!json.contains("simulations")) return snapshot;
  const auto& simulations = json.at("simulations");
  const auto& samples = json.at("samples");
  wire::LaunchStatus status;
  get_whole_number(simulations, "expected", status.expected);
  get_whole_number(simulations, "finished", status.finished);
  get_whole_number(simulations, "failed", status.failed);
  get_whole_number(simulations, "restarted", status.restarted);
  std::uint32_t running = 0, pending = 0;
  get_whole_number(simulations, "running", running);
  if (simulations.contains("pending")) get_whole_number(simulations, "pending", pending);
  snapshot.pending = pending;
  snapshot.jobs = std::size_t{running} + pending;
  get_whole_number(simulations, "queued", snapshot.queued);
  get_whole_number(samples, "expected", status.samples_expected);
  get_whole_number(samples, "unique", status.samples_unique);
  get_whole_number(samples, "trained", status.samples_trained);
  get_whole_number(json, "batches", status.batches);
  if (json.contains("checkpoints")) get_whole_number(json, "checkpoints", status.checkpoints);
  if (json.contains("epoch")) get_whole_number(json, "epoch", status.epoch);
  status.train_loss = number_or_nan(json, "train_loss");
  status.validation_loss = number_or_nan(json, "validation_loss");
  status.samples_per_second = number_or_nan(json, "samples_per_second");
  snapshot.status = status;
  return snapshot;
}

std::string server_text(const Snapshot& snapshot) {
  const std::string restarts =
      snapshot.server_restarts == 1 ? "once" : std::to_string(snapshot.server_restarts) + " times";
  const std::string epoch = snapshot.status ? "epoch " + std::to_string(snapshot.status->epoch)
                            : snapshot.server_pending ? "its job waits in the queue"
                                                      : "not heard yet";
  return epoch + (snapshot.server_restarts > 0 ? ", started again " + restarts : "");
}

}  // namespace

std::filesystem::path status_path(const StudyDirectory& directory) {
  return directory.run() / "status.json";
}

std::int64_t silence_of(SchedulerKind scheduler) {
  constexpr std::int64_t turn = 10;
  // An sbatch, an squeue and an scancel that all hang until they are given up.
  constexpr std::int64_t commands = 120;
  const bool here = scheduler == SchedulerKind::local || scheduler == SchedulerKind::local_pool;
  return here ? turn : turn + commands;
}

LauncherStatus status_of(const Snapshot& snapshot, std::int64_t silence) {
  return {.pid = getpid(),
          .host = host_name(),
          .time = std::time(nullptr),
          .phase = name_of(snapshot.phase),
          .silence = silence,
          .snapshot = snapshot};
}

std::string write_status(const LauncherStatus& launcher) {
  const auto& snapshot = launcher.snapshot;
  Json json = {{"pid", launcher.pid},
               {"host", launcher.host},
               {"time", launcher.time},
               {"phase", launcher.phase},
               {"silence", launcher.silence},
               {"seconds", snapshot.seconds},
               {"resumed", snapshot.resumed},
               {"server_pending", snapshot.server_pending},
               {"server_restarts", snapshot.server_restarts}};
  if (snapshot.status) {
    const auto& status = *snapshot.status;
    json["simulations"] = simulations(snapshot, status);
    json["samples"] = samples(status);
    json["batches"] = status.batches;
    json["checkpoints"] = status.checkpoints;
    json["epoch"] = status.epoch;
    json["train_loss"] = status.train_loss;  // NaN becomes null
    json["validation_loss"] = status.validation_loss;
    json["samples_per_second"] = status.samples_per_second;
    if (const auto left = seconds_left(snapshot)) json["seconds_left"] = *left;
  }
  return json.dump(2) + "\n";
}

LauncherStatus parse_status(const std::string& text) {
  try {
    const auto json = Json::parse(text);
    return {.pid = whole_number<pid_t>(json, "pid"),
            .host = json.at("host").get<std::string>(),
            .time = whole_number<std::uint32_t>(json, "time"),
            .phase = json.at("phase").get<std::string>(),
            .silence = json.contains("silence") ? whole_number<std::uint32_t>(json, "silence")
                                                : LauncherStatus{}.silence,
            .snapshot = parse_snapshot(json)};
  } catch (const std::exception& error) {
    throw Error(ErrorKind::input, std::string("run/status.json cannot be read: ") + error.what());
  }
}

std::optional<LauncherStatus> read_status(FileSystem& files, const StudyDirectory& directory) {
  const auto path = status_path(directory);
  if (!files.exists(path)) return std::nullopt;
  return parse_status(files.read(path));
}

bool is_stale(const LauncherStatus& status, std::int64_t now) {
  if (now - status.time > status.silence) return true;
  return written_here(status) && !process_lives(status.pid);
}

bool written_here(const LauncherStatus& status) { return status.host == host_name(); }

std::string status_text(const LauncherStatus& status, std::int64_t now, bool launcher_gone) {
  std::string text = "launcher    " + std::to_string(status.pid) + " on " + status.host;
  if (status.snapshot.resumed) text += ", which resumed the study";
  if (launcher_gone)
    text += ", gone: it was last seen " + duration_text(static_cast<double>(now - status.time)) +
            " ago, and what follows is of then\n            no launcher is running; "
            "`weir run STUDY.json --output D --resume` continues";
  text += "\nphase       " + status.phase + ", after " + duration_text(status.snapshot.seconds);
  text += "\nserver      " + server_text(status.snapshot);
  if (status.snapshot.status) text += "\nprogress    " + progress_line(status.snapshot);
  return text + "\n";
}

}  // namespace weir
