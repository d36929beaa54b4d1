#pragma once
// Writes the lineage log of a sample store. A disk that is full costs the log some events, never
// the training a sample.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "src/core/file_system.h"
#include "src/core/lineage_file.h"

namespace weir {

/// Events are added under the store's lock, and cost no more than their few bytes of memory;
/// frames of them are taken under it and written without it, by the trainer's thread alone, which
/// keeps them in order. Only sync() may be called by the checkpoint's thread. After a failed write
/// the log tells the user once, drops what it cannot write, and marks the gap as soon as the disk
/// takes it again.
class LineageLog {
 public:
  using Warning = std::function<void(const std::string&)>;

  /// Touches no file yet: the first write() puts a new log in place of any that is there, unless
  /// roll_back() was called before. `files` outlives this; `warning` may be called by the trainer's
  /// and the checkpoint's thread. No call throws Error.
  LineageLog(FileSystem& files, Path path, const LineageHeader& header, Warning warning);
  ~LineageLog();

  /// Under the lock. In a log that is not reproducible, what only a replay needs is left out.
  void add(LineageEvent::Kind kind, std::uint64_t number = 0, std::span<const SampleId> ids = {});
  bool due() const { return framed_.size() + events_.size() >= frame_size; }
  std::string take();

  /// Appends frames that take() gave, in that order; none: makes sure that the file is there.
  void write(const std::string& frames);
  /// Length of the file, if all events so far are in it or their gap is; else 0.
  std::uint64_t bytes() const { return file_ ? bytes_ : 0; }
  /// What was written is on the device when this returns, or the user has been told.
  void sync();
  /// Cuts the log at `bytes`, a former value of bytes(), and goes on from there; 0, or a file that
  /// is shorter: starts anew with a gap.
  void roll_back(std::uint64_t bytes);

 private:
  static constexpr std::size_t frame_size = std::size_t{64} << 10;

  void start();
  void reopen();
  void mark_gap();
  void failed(const std::string& reason);
  void tell(const std::string& reason);

  FileSystem& files_;
  const Path path_;
  const LineageHeader header_;
  const Warning warning_;

  std::string framed_, events_;  ///< guarded by the store's lock

  // The trainer's thread.
  std::unique_ptr<OutputFile> file_;  ///< null after a failed write
  std::uint64_t bytes_ = 0;           ///< of whole frames
  bool gap_ = false;                  ///< events were lost and the file does not say so yet
  std::atomic<bool> told_ = false;    ///< the user was
};

}  // namespace weir
