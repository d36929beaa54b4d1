#include "launcher/records/stop_request.h"

#include <array>

#include <unistd.h>

#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr Duration look_every = std::chrono::seconds(1);

std::string this_process() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return "process " + std::to_string(getpid()) + " on " + host.data();
}

/// Of one line, without what a terminal would obey.
std::string name_in(const std::string& text) {
  std::string name;
  for (const char c : text.substr(0, text.find('\n')))
    if (c >= ' ' && c <= '~') name += c;
  return name.substr(0, 300);
}

/// A network file system may remember for half a minute that a file is not there; it looks again
/// when the file's folder is opened.
void look_anew(const std::filesystem::path& folder) {
  std::error_code ignored;
  const std::filesystem::directory_iterator opened(folder, ignored);
}

}  // namespace

std::filesystem::path stop_request_path(const StudyDirectory& directory) {
  return directory.run() / "stop";
}

void leave_stop_request(FileSystem& files, const StudyDirectory& directory) {
  files.replace(stop_request_path(directory), this_process() + "\n", 0600);
}

StopRequests::StopRequests(FileSystem& files, const StudyDirectory& directory, const Clock& clock)
    : files_(files), path_(stop_request_path(directory)), clock_(clock), next_(clock.now()) {
  files_.remove(path_);
}

std::optional<std::string> StopRequests::take() {
  if (clock_.now() < next_) return std::nullopt;
  next_ = clock_.now() + look_every;
  look_anew(path_.parent_path());
  try {
    if (!files_.exists(path_)) return std::nullopt;
    const auto name = name_in(files_.read(path_));
    if (!WEIR_BUG("stop_request_kept")) files_.remove(path_);
    return name;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace weir
