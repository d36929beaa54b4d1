#pragma once
// The report of studies that go on, made anew when somebody asks for it and there is news.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "launcher/report/study_record.h"
#include "launcher/serve/pace.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"

namespace weir {

struct LivePage {
  std::shared_ptr<const std::string> html;
  std::string tag;  ///< differs from that of every other page of this object
};

/// Used by one thread. Files are read as they are; nothing is written.
class LiveReport {
 public:
  /// Precondition: at least one directory.
  LiveReport(FileSystem& files, const std::vector<StudyDirectory>& directories, const Clock& clock);

  /// The page as of now, or, when it was made a moment ago (as of Pace), as of then. `live`: a
  /// study goes on; a page that says so is replaced when it is no longer true, however short ago it
  /// was made. What cannot be read is missing in the page, which says so.
  const LivePage& page(bool live);

 private:
  /// Size and time of change of every file that the report is made of.
  using Stamp = std::vector<std::pair<std::uintmax_t, std::filesystem::file_time_type>>;

  Stamp stamp() const;
  void make(bool live);

  const Clock& clock_;
  std::vector<StudyDirectory> directories_;
  std::vector<StudyReader> readers_;
  std::vector<StudyRecord> records_;
  Pace pace_;
  Stamp stamp_;
  bool live_ = false;
  std::size_t made_ = 0;
  LivePage page_;
};

}  // namespace weir
