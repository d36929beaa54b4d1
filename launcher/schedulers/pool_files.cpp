#include "launcher/schedulers/pool_files.h"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/wire/json_number.h"

namespace weir {
namespace {

using nlohmann::json;

constexpr int format = 1;
constexpr double most_seconds = 1e9;  // thirty years
constexpr std::array wishes = {"run", "cancel", "kill"};
constexpr std::array leaves = {"stay", "when_free", "now"};
constexpr std::array phases = {"absent", "free", "running", "gone"};
constexpr std::array states = {"pending", "running", "done", "failed", "cancelled", "lost"};
constexpr std::array causes = {"none",       "exit_code",     "signal",
                               "time_limit", "out_of_memory", "node_failure",
                               "preempted",  "cancelled",     "never_ran"};

template <class Enum, std::size_t n>
const char* spelled(const std::array<const char*, n>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t n>
Enum meant(const std::array<const char*, n>& names, const json& in, const char* key) {
  const auto& text = in.at(key).get_ref<const std::string&>();
  for (std::size_t k = 0; k < n; ++k)
    if (text == names[k]) return static_cast<Enum>(k);
  throw std::out_of_range(std::string(key) + " is not known: " + text);
}

/// What a Duration holds.
double seconds_of(const json& in, const char* key) {
  const auto seconds = in.at(key).get<double>();
  if (std::abs(seconds) > most_seconds)
    throw std::out_of_range(std::string(key) + " is no time that could pass");
  return seconds;
}

json to_json(const JobReport& end) {
  json out = {{"state", spelled(states, end.state)},
              {"reason", end.reason},
              {"cause", spelled(causes, end.cause)}};
  if (end.exit_code) out["exit_code"] = *end.exit_code;
  return out;
}

JobReport report_of(const json& in) {
  JobReport end{.state = meant<JobState>(states, in, "state"),
                .reason = in.at("reason").get<std::string>(),
                .exit_code = {},
                .cause = meant<JobCause>(causes, in, "cause")};
  if (!has_ended(end.state)) throw std::out_of_range("an end that is none");
  if (in.contains("exit_code")) end.exit_code = wire::whole_number<int>(in, "exit_code");
  return end;
}

PilotOrders orders_of(const json& in) {
  return {.number = wire::whole_number<std::uint64_t>(in, "number"),
          .name = in.at("name").get<std::string>(),
          .wish = meant<TaskWish>(wishes, in, "wish"),
          .leave = meant<PilotLeave>(leaves, in, "leave"),
          .idle = seconds_of(in, "idle"),
          .time_limit = seconds_of(in, "time_limit"),
          .word = wire::whole_number<std::uint64_t>(in, "word")};
}

PilotState state_of(const json& in) {
  PilotState state{.number = wire::whole_number<std::uint64_t>(in, "number"),
                   .phase = meant<PilotPhase>(phases, in, "phase"),
                   .end = {},
                   .seconds_left = {},
                   .host = in.at("host").get<std::string>()};
  if (in.contains("end")) state.end = report_of(in.at("end"));
  if (in.contains("seconds_left")) state.seconds_left = seconds_of(in, "seconds_left");
  return state;
}

void put(FileSystem& files, const std::filesystem::path& path, const json& out) {
  auto temporary = path;
  temporary += ".new";
  const auto file = files.create(temporary, 0600);
  file->write(out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
  file->close();
  files.rename(temporary, path);
}

template <class Read>
auto get(FileSystem& files, const std::filesystem::path& path, Read read)
    -> std::optional<decltype(read(json()))> {
  try {
    const auto in = json::parse(files.read(path));
    if (wire::whole_number<int>(in, "format") != format) return std::nullopt;
    return read(in);
  } catch (const Error&) {  // not there, or the file server is away
  } catch (const json::exception&) {
  } catch (const std::out_of_range&) {
  }
  return std::nullopt;
}

}  // namespace

void write_orders(FileSystem& files, const std::filesystem::path& path, const PilotOrders& orders) {
  put(files, path,
      {{"format", format},
       {"number", orders.number},
       {"name", orders.name},
       {"wish", spelled(wishes, orders.wish)},
       {"leave", spelled(leaves, orders.leave)},
       {"idle", orders.idle},
       {"time_limit", orders.time_limit},
       {"word", orders.word}});
}

void write_state(FileSystem& files, const std::filesystem::path& path, const PilotState& state) {
  json out = {{"format", format},
              {"number", state.number},
              {"phase", spelled(phases, state.phase)},
              {"host", state.host}};
  if (state.end) out["end"] = to_json(*state.end);
  if (state.seconds_left) out["seconds_left"] = *state.seconds_left;
  put(files, path, out);
}

std::optional<PilotOrders> read_orders(FileSystem& files, const std::filesystem::path& path) {
  return get(files, path, orders_of);
}

std::optional<PilotState> read_state(FileSystem& files, const std::filesystem::path& path) {
  return get(files, path, state_of);
}

}  // namespace weir
