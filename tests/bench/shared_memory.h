#pragma once
// A value that forked processes and their parent see alike.

#include <new>

#include <sys/mman.h>

#include "src/core/error.h"

namespace weir::bench {

/// Made before the fork; the value's destructor is never called. T must hold no pointer to memory
/// of its own. Who writes it when is the processes' affair.
template <class T>
class SharedMemory {
 public:
  SharedMemory() {
    void* const memory =
        mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, /*fd=*/-1, 0);
    if (memory == MAP_FAILED) throw Error(ErrorKind::environment, "mmap: no memory");
    value_ = new (memory) T;
  }
  ~SharedMemory() { munmap(value_, sizeof(T)); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  T* operator->() const { return value_; }
  T& operator*() const { return *value_; }

 private:
  T* value_;
};

}  // namespace weir::bench
