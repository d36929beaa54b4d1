#include "server/servers_file.h"

#include <weir/version.h>

#include <array>
#include <chrono>
#include <fstream>

#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace weir {
namespace {

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) /
         1000;
}

/// Empty where the system does not say.
std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != line.npos) return line.substr(colon + 2);
  }
  return "";
}

int cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

std::uint64_t memory_mib() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) >> 20
             : 0;
}

std::string line_of(const ServerStart& start) {
  utsname system{};
  uname(&system);
  const nlohmann::ordered_json json = {
      {"time", seconds_since_1970()},
      {"seconds", start.seconds},
      {"batch", start.batch},
      {"epoch", start.epoch},
      {"host", system.nodename},
      {"system", std::string(system.sysname) + " " + system.release + " " + system.machine},
      {"processor", processor()},
      {"cores", cores()},
      {"memory_mib", memory_mib()},
      {"ranks", start.ranks},
      {"threads", start.threads},
      {"device", start.device},
      {"weir", WEIR_VERSION},
      {"libtorch", start.libtorch},
      {"mpi", start.mpi},
      {"compiler", __VERSION__}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void note_server_start(FileSystem& files, const Path& path, const ServerStart& start, bool anew) {
  if (anew) files.remove(path);
  // A line that a crash has cut swallows no other one.
  const std::string there = files.exists(path) ? files.read(path) : "";
  const auto file = files.append(path, 0600);
  if (!there.empty() && there.back() != '\n') file->write("\n");
  file->write(line_of(start));
  file->close();
}

}  // namespace weir
