#pragma once
// What forked processes wait for until their parent lets all of them on.

#include <cerrno>

#include <semaphore.h>

#include "tests/bench/shared_memory.h"

namespace weir::bench {

/// Made by the parent, before it forks. Thread-safe.
class Gate {
 public:
  Gate() { sem_init(&*semaphore_, /*pshared=*/1, /*value=*/0); }

  /// By the parent, once.
  void open() const { sem_post(&*semaphore_); }
  /// Without a deadline: a parent that has one kills whoever still waits.
  void wait() const {
    while (sem_wait(&*semaphore_) != 0 && errno == EINTR) {
    }
    sem_post(&*semaphore_);  // and the next one
  }

 private:
  SharedMemory<sem_t> semaphore_;
};

}  // namespace weir::bench
