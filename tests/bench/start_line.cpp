#include "tests/bench/start_line.h"

namespace weir::bench {

StartLine::StartLine(std::size_t count) {
  pthread_barrierattr_t attributes;
  pthread_barrierattr_init(&attributes);
  pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(&state_->barrier, &attributes, static_cast<unsigned>(count));
  pthread_barrierattr_destroy(&attributes);
}

void StartLine::wait() {
  // The last to come reads the clock before anybody leaves: between two barriers.
  if (pthread_barrier_wait(&state_->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
    state_->left = std::chrono::steady_clock::now();
  pthread_barrier_wait(&state_->barrier);
}

}  // namespace weir::bench
