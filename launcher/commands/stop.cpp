// weir stop: an orderly end of a study, asked for from another shell or another machine.

#include <algorithm>
#include <ctime>
#include <iostream>
#include <optional>
#include <thread>

#include "launcher/commands/commands.h"
#include "launcher/records/presence.h"
#include "launcher/records/status_file.h"
#include "launcher/records/stop_request.h"
#include "launcher/records/study_folder.h"
#include "launcher/run/server_link.h"
#include "src/core/error.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/study_channel.h"

namespace weir {
namespace {

constexpr std::int64_t answer_within = 30;  ///< seconds, where the launcher is not busier
constexpr Duration turn = std::chrono::milliseconds(100);

int say(const std::string& text) {
  std::cout << text << std::endl;
  return 0;
}

/// The server that the endpoint file tells of, asked to stop. There may be none, or none that can
/// be reached from this machine.
class ServerWish {
 public:
  ServerWish(FileSystem& files, const StudyDirectory& directory, const Clock& clock)
      : files_(files), directory_(directory), clock_(clock) {}

  /// Whether the server has promised to stop, after a turn of waiting for that.
  bool turn_passes() {
    if (!connect()) {
      std::this_thread::sleep_for(turn);
      return false;
    }
    link_->send_due({}, {});
    link_->wait(turn);
    link_->receive();
    return link_->stopping();
  }

 private:
  /// To its successor, when the server died meanwhile.
  bool connect() {
    if (!files_.exists(directory_.endpoint())) return link_.has_value();
    const auto endpoint = wire::read_endpoint_file(files_, directory_.endpoint());
    if (link_ && endpoint.epoch == epoch_) return true;
    epoch_ = endpoint.epoch;
    link_.emplace(wire::connect_to_study(files_, directory_, endpoint), endpoint.study,
                  /*capacity=*/0, clock_);
    link_->stop("asked for by weir stop");
    return true;
  }

  FileSystem& files_;
  const StudyDirectory& directory_;
  const Clock& clock_;
  std::optional<ServerLink> link_;
  std::uint64_t epoch_ = 0;
};

/// The launcher, asked by a file; it may run on another machine.
class LauncherWish {
 public:
  LauncherWish(FileSystem& files, const StudyDirectory& directory)
      : files_(files), path_(stop_request_path(directory)) {
    leave_stop_request(files, directory);
  }
  ~LauncherWish() {  // nobody shall find it later
    try {
      files_.remove(path_);
    } catch (const Error&) {
    }
  }
  LauncherWish(const LauncherWish&) = delete;
  LauncherWish& operator=(const LauncherWish&) = delete;

  bool taken() const { return !files_.exists(path_); }

 private:
  FileSystem& files_;
  const std::filesystem::path path_;
};

/// Whether the server promised to stop, the launcher took the wish, or the study ended, within
/// these seconds.
bool ask(FileSystem& files, const StudyDirectory& directory, bool launcher, std::int64_t within) {
  const SystemClock clock;
  std::optional<LauncherWish> wish;
  if (launcher) wish.emplace(files, directory);
  ServerWish server(files, directory, clock);
  const Time deadline = clock.now() + std::chrono::seconds(within);
  while (clock.now() < deadline)
    if (server.turn_passes() || (wish && wish->taken()) || files.exists(directory.summary()))
      return true;
  return false;
}

std::string how_to_kill(const std::optional<LauncherStatus>& status) {
  if (!status) return "";
  return "; on " + status->host + ", `kill " + std::to_string(status->pid) +
         "`, twice, ends it at once";
}

}  // namespace

int stop_command(const std::filesystem::path& folder) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, folder);
  if (files.exists(directory.summary())) return say("nothing runs: the study has ended");
  const auto status = read_status(files, directory);
  const bool launcher = !launcher_gone(status, directory, std::time(nullptr));
  if (!launcher && !files.exists(directory.endpoint())) return say("nothing runs");
  const auto within = status && launcher ? std::max(answer_within, status->silence) : answer_within;
  if (ask(files, directory, launcher, within)) return say("the study stops");
  if (launcher_gone(read_status(files, directory), directory, std::time(nullptr)))
    return say("nothing runs: neither the server nor a launcher answers");
  throw Error(ErrorKind::environment, "neither the server nor the launcher answered within " +
                                          std::to_string(within) + " s" + how_to_kill(status));
}

}  // namespace weir
