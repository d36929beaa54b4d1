#pragma once
// A file of lines that somebody else adds to, read only from where the last look ended.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "src/core/file_system.h"

namespace weir {

/// Used by one thread.
class GrowingFile {
 public:
  explicit GrowingFile(Path path) : path_(std::move(path)) {}

  /// Gives `lines` what has come since the last look: whole lines, each with its end, some MiB at a
  /// time; one that is longer than that in pieces. A file that is shorter now, or has other bytes
  /// where the last look ended, is another one: `anew` is called, and all of it is given. Errors:
  /// those of FileSystem::open and InputFile; what was given then is not given again.
  void look(FileSystem& files, const std::function<void()>& anew,
            const std::function<void(std::string_view)>& lines);

  std::uint64_t offset() const { return offset_; }  ///< bytes that were given

 private:
  bool goes_on(InputFile& file) const;

  Path path_;
  std::uint64_t offset_ = 0;  ///< behind the last whole line
  std::string before_;        ///< the last bytes before `offset_`
};

}  // namespace weir
