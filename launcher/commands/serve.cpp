// weir watch --http: the report of studies as a page that goes on with them.

#include <algorithm>
#include <iostream>
#include <list>

#include <unistd.h>

#include "launcher/commands/commands.h"
#include "launcher/commands/look.h"
#include "launcher/commands/screen.h"
#include "launcher/records/study_folder.h"
#include "launcher/serve/attendance.h"
#include "launcher/serve/http_server.h"
#include "launcher/serve/live_report.h"
#include "launcher/serve/site.h"
#include "launcher/serve/token.h"
#include "src/core/interrupts.h"

namespace weir {
namespace {

constexpr Duration turn = std::chrono::milliseconds(100);
constexpr Duration look_every = std::chrono::seconds(1);

std::string own_name() {
  char name[256] = "";
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

std::string url_of(const ListenAddress& address, std::uint16_t port, const std::string& secret) {
  std::string host = address.is_any() ? own_name() : address.host;
  if (host.find(':') != host.npos) host = '[' + host + ']';
  return "http://" + host + ":" + std::to_string(port) + "/" + secret + "/";
}

/// The studies that a page is made of, and what is said of them.
class Studies {
 public:
  explicit Studies(const std::vector<StudyDirectory>& directories) {
    for (const auto& directory : directories) looks_.emplace_back(directory);
    said_.resize(looks_.size());
  }

  void look(Time now) {
    for (auto& one : looks_) one.look();
    if (looks_.size() == 1 && !said_[0] && !over()) screen_.show(looks_.front(), now);
    auto said = said_.begin();
    for (const auto& one : looks_) {
      if (one.over() && !*said) say_ended(one);
      *said = *said || one.over();
      ++said;
    }
  }

  bool over() const {
    return std::all_of(looks_.begin(), looks_.end(), [](const Look& one) { return one.over(); });
  }
  bool driven() const {
    return std::any_of(looks_.begin(), looks_.end(),
                       [](const Look& one) { return !one.over() && !one.gone(); });
  }
  /// 0 while one goes on: it is left alone.
  int code() const {
    if (!over()) return 0;
    for (const auto& one : looks_)
      if (const int code = code_of(*one.ended()); code != 0) return code;
    return 0;
  }

 private:
  void say_ended(const Look& one) {
    if (looks_.size() == 1)
      screen_.show_last(one);
    else
      std::cout << one.directory().root.string() << ": ";
    std::cout << end_text(*one.ended()) << std::endl;
    if (over()) std::cout << "the page stays until Ctrl-C, or an hour without a look" << std::endl;
  }

  std::list<Look> looks_;
  std::vector<bool> said_;
  Screen screen_;
};

void warn_of_strangers(const ListenAddress& address) {
  if (!address.is_loopback())
    std::cerr << "weir: warning: " << address.host
              << " is reached from other machines by plain HTTP: who reads the network reads the "
                 "page and its address; 127.0.0.1 and `ssh -L` keep both secret\n";
}

}  // namespace

int serve_command(const WatchOptions& options) {
  std::vector<StudyDirectory> directories;
  for (const auto& folder : options.folders)
    directories.push_back(find_study_folder(posix_file_system(), folder));
  const auto address =
      options.listen.empty() ? ListenAddress{} : parse_listen_address(options.listen);
  Interrupts interrupts;
  const SystemClock clock;
  const std::string secret = make_token();
  http::HttpServer server(address, clock);
  Studies studies(directories);
  LiveReport report(posix_file_system(), directories, clock);
  warn_of_strangers(address);
  std::cout << "the report, as it goes on: " << url_of(address, server.port(), secret) << std::endl;

  Time next_look = clock.now();
  Attendance attendance(next_look);
  const auto page = [&]() -> const LivePage& {
    attendance.request(clock.now());
    return report.page(!studies.over());
  };
  const auto respond = [&](const http::Request& request) { return answer(request, secret, page); };
  while (!interrupts.take()) {
    const Time now = clock.now();
    if (now >= next_look) {
      studies.look(now);
      next_look = now + look_every;
    }
    attendance.turn(now, studies.driven());
    if (attendance.over(now) || !std::cout) break;  // forgotten, or its terminal is gone
    server.turn(turn, respond);
  }
  return studies.code();
}

}  // namespace weir
