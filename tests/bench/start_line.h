#pragma once
// Where processes wait for each other, so that all begin at once and their parent knows when.

#include <cstddef>

#include <pthread.h>

#include "src/core/clock.h"
#include "tests/bench/shared_memory.h"

namespace weir::bench {

class StartLine {
 public:
  /// Made by the parent, before it forks `count` processes.
  explicit StartLine(std::size_t count);

  /// A child waits until all are here. One that never comes is found by the parent's own deadline.
  void wait();
  /// When they left; precondition: they have.
  Time left() const { return state_->left; }

 private:
  struct State {
    pthread_barrier_t barrier;
    Time left{};
  };
  SharedMemory<State> state_;
};

}  // namespace weir::bench
