#include "server/background.h"

#include <utility>

#include <pthread.h>

namespace weir {

Background::Background(const char* name) : thread_([this, name] { run(name); }) {}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Background::start(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    task_ = std::move(task);
  }
  changed_.notify_one();
}

bool Background::busy() const {
  const std::lock_guard lock(mutex_);
  return task_ != nullptr;
}

void Background::run(const char* name) {
  pthread_setname_np(pthread_self(), name);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return task_ != nullptr || ending_; });
    if (task_ == nullptr) return;
    const std::function<void()> task = task_;
    lock.unlock();
    task();
    lock.lock();
    task_ = nullptr;
  }
}

}  // namespace weir
