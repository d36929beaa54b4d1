#include "src/core/interrupts.h"

#include <initializer_list>

#include <signal.h>

namespace weir {
namespace {

sigset_t wishes_to_stop() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupts::Interrupts() {
  const auto set = wishes_to_stop();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  for (const int ignored : {SIGPIPE, SIGHUP}) signal(ignored, SIG_IGN);
}

Interrupts::~Interrupts() {
  while (take()) {
  }
  const auto set = wishes_to_stop();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  for (const int ignored : {SIGPIPE, SIGHUP}) signal(ignored, SIG_DFL);
}

bool Interrupts::take() {
  const auto set = wishes_to_stop();
  const timespec no_time{};
  return sigtimedwait(&set, nullptr, &no_time) > 0;
}

}  // namespace weir
