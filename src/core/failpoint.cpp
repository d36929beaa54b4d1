#include "src/core/failpoint.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "src/core/error.h"

namespace weir {
namespace {

enum class Action { kill, stop, error };

struct Plan {
  std::string name;
  Action action = Action::kill;
  long passage = 1;
  std::string once;
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':' && parts.size() < 4)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool meant_for_this_rank() {
  const char* wanted = std::getenv("WEIR_FAILPOINT_RANK");
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  return wanted == nullptr || (rank != nullptr && std::strcmp(wanted, rank) == 0);
}

Plan read_plan() {
  const char* text = std::getenv("WEIR_FAILPOINT");
  Plan plan;
  if (text == nullptr || !meant_for_this_rank()) return plan;
  const auto parts = split(text);
  plan.name = parts[0];
  if (parts.size() > 1 && parts[1] == "stop") plan.action = Action::stop;
  if (parts.size() > 1 && parts[1] == "error") plan.action = Action::error;
  if (parts.size() > 2) plan.passage = std::atol(parts[2].c_str());
  if (parts.size() > 3) plan.once = parts[3];
  return plan;
}

const Plan& plan() {
  static const Plan plan = read_plan();
  return plan;
}

/// Whether this process is the one that may act.
bool first_to_act(const std::string& once) {
  if (once.empty()) return true;
  const int file = ::open(once.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file != -1) ::close(file);
  return file != -1;
}

}  // namespace

bool failpoint_armed() {
  static const bool armed = !plan().name.empty();
  return armed;
}

void failpoint(const char* name) {
  static std::atomic<long> passages{0};
  if (plan().name != name || ++passages != plan().passage || !first_to_act(plan().once)) return;
  switch (plan().action) {
    case Action::kill:
      ::kill(::getpid(), SIGKILL);
      break;
    case Action::stop:
      ::kill(::getpid(), SIGSTOP);
      break;
    case Action::error:
      throw Error(ErrorKind::environment, std::string("failpoint ") + name);
  }
}

}  // namespace weir
