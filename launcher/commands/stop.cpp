// weir stop: an orderly end of a study, asked for from another shell.

#include <iostream>
#include <optional>

#include <signal.h>

#include "launcher/commands/commands.h"
#include "launcher/outcome.h"
#include "launcher/server_link.h"
#include "launcher/status_file.h"
#include "launcher/study_folder.h"
#include "launcher/study_lock.h"
#include "src/core/error.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/study_channel.h"

namespace weir {
namespace {

constexpr Duration answer_within = std::chrono::seconds(30);
constexpr Duration turn = std::chrono::milliseconds(100);

int say(const std::string& text) {
  std::cout << text << std::endl;
  return 0;
}

/// The server that the endpoint file tells of, asked to stop.
class Wish {
 public:
  Wish(FileSystem& files, const StudyDirectory& directory, const Clock& clock)
      : files_(files), directory_(directory), clock_(clock) {
    connect();
  }

  /// Whether the server has promised to stop, after a turn of waiting for that.
  bool turn_passes() {
    connect();
    link_->send_due({}, {});
    link_->wait(turn);
    link_->receive();
    return link_->stopping();
  }

 private:
  /// To its successor, when the server died meanwhile.
  void connect() {
    const auto endpoint = wire::read_endpoint_file(files_, directory_.endpoint());
    if (link_ && endpoint.epoch == epoch_) return;
    epoch_ = endpoint.epoch;
    link_.emplace(wire::connect_to_study(files_, directory_, endpoint), endpoint.study,
                  /*capacity=*/0, clock_);
    link_->stop("asked for by weir stop");
  }

  FileSystem& files_;
  const StudyDirectory& directory_;
  const Clock& clock_;
  std::optional<ServerLink> link_;
  std::uint64_t epoch_ = 0;
};

/// Whether the server promised to stop before the deadline, or the study ended meanwhile.
bool ask_server(FileSystem& files, const StudyDirectory& directory) {
  const SystemClock clock;
  Wish wish(files, directory, clock);
  const Time deadline = clock.now() + answer_within;
  while (clock.now() < deadline)
    if (wish.turn_passes() || files.exists(directory.summary())) return true;
  return false;
}

}  // namespace

int stop_command(const std::filesystem::path& folder) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, folder);
  if (files.exists(directory.summary())) return say("nothing runs: the study has ended");
  const auto status = read_status(files, directory);
  const bool launcher_here = status && launcher_runs(directory) && launcher_lives_here(*status);
  if (files.exists(directory.endpoint())) {
    if (ask_server(files, directory)) return say("the study stops");
    if (!launcher_here) return say("nothing runs: neither the server nor a launcher answers");
    throw Error(ErrorKind::environment, "the server did not answer within 30 s; `kill " +
                                            std::to_string(status->pid) +
                                            "`, twice, ends it at once");
  }
  if (!launcher_here) return say("nothing runs");
  kill(status->pid, SIGTERM);
  return say("the server has not started yet; its launcher was asked to end");
}

}  // namespace weir
