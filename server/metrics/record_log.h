#pragma once
// A file of records that survives a full disk: whole records are dropped, and it goes on when there
// is room.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "src/core/file_system.h"

namespace weir {

/// Not thread-safe. Nothing here throws what the file throws.
class RecordLog {
 public:
  /// Opens the file, and writes what has to stand before the next record. Called before the first
  /// write, and again after a failed one, whose record may lie in the file in part.
  using Open = std::function<std::unique_ptr<OutputFile>()>;
  /// Called with the reason of a failed write, and how many records went with it.
  using Failed = std::function<void(const std::string& reason, std::size_t records)>;

  RecordLog(Open open, Failed failed);

  void add(const std::string& record);
  std::size_t size() const { return pending_.size(); }  ///< bytes that are not written yet
  void write();                                         ///< all that is pending

 private:
  Open open_;
  Failed failed_;
  std::unique_ptr<OutputFile> file_;
  std::string pending_;
  std::size_t records_ = 0;
};

}  // namespace weir
