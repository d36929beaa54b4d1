// weir stop: an orderly end of a study, asked for from another shell.

#include <iostream>

#include <signal.h>

#include "launcher/commands/commands.h"
#include "launcher/outcome.h"
#include "launcher/server_link.h"
#include "launcher/status_file.h"
#include "launcher/study_folder.h"
#include "src/core/error.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/zmq_channel.h"

namespace weir {
namespace {

constexpr Duration answer_within = std::chrono::seconds(30);
constexpr Duration turn = std::chrono::milliseconds(100);

int say(const std::string& text) {
  std::cout << text << std::endl;
  return 0;
}

/// Whether the server promised to stop before the deadline, or the study ended meanwhile.
bool ask_server(FileSystem& files, const StudyDirectory& directory) {
  const auto endpoint = wire::read_endpoint_file(files, directory.endpoint());
  const SystemClock clock;
  ServerLink link(wire::connect_zmq_channel(endpoint.endpoints), endpoint.study, /*capacity=*/0,
                  clock);
  link.stop("asked for by weir stop");
  const Time deadline = clock.now() + answer_within;
  while (clock.now() < deadline) {
    link.send_due({});
    link.wait(turn);
    link.receive();
    if (link.stopping() || files.exists(directory.summary())) return true;
  }
  return false;
}

}  // namespace

int stop_command(const std::filesystem::path& folder) {
  auto& files = posix_file_system();
  const auto directory = find_study_folder(files, folder);
  if (files.exists(directory.summary())) return say("nothing runs: the study has ended");
  const auto status = read_status(files, directory);
  const bool launcher_here = status && launcher_lives_here(*status);
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
