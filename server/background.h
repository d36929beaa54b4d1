#pragma once
// One thread that does one task at a time beside its owner.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace weir {

/// Used by one thread, its owner. What a task writes may be read as soon as busy() has said false.
class Background {
 public:
  /// `name`: of the thread, at most 15 characters.
  explicit Background(const char* name);
  ~Background();  ///< waits for the task that runs
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Precondition: not busy(). `task` does not throw.
  void start(std::function<void()> task);
  bool busy() const;

 private:
  void run(const char* name);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::function<void()> task_;
  bool ending_ = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir
