#pragma once
// What the launcher did, on disk before it counts as done: D/run/journal.jsonl, so that a later
// launcher finds its jobs.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/core/file_system.h"

namespace weir {

enum class JournalEvent {
  intent,     ///< written before a submission: the job may exist from here on
  submitted,  ///< the scheduler took it; `job` is its number
  ended,      ///< `reason` says how
};

/// One line of the file.
struct JournalEntry {
  JournalEvent event{};
  std::string name;              ///< of the job
  JobId job;                     ///< submitted
  std::string reason;            ///< ended
  bool ok = false;               ///< ended: with exit code 0, or unseen
  bool unseen = false;           ///< ended: of a simulation of which nobody saw how
  bool withdrawn = false;        ///< ended: because nobody wanted it any more
  std::optional<double> time{};  ///< seconds since 1970 at which it was written
  /// It ended neither well nor withdrawn.
  bool failed() const { return event == JournalEvent::ended && !ok && !withdrawn; }
  bool operator==(const JournalEntry&) const = default;
};

/// Appends; each line is on the device when the call returns. A line that a crash or a full disk
/// has cut is removed before the next one is written. Used by one thread. Errors as for OutputFile.
class Journal {
 public:
  /// `files` outlives it. `time`: gives the seconds since 1970 that lines say; without it an
  /// entry's own, if it has one.
  Journal(FileSystem& files, const std::filesystem::path& path, std::function<double()> time = {});

  void write(const JournalEntry& entry);

 private:
  void remove_torn_line();

  FileSystem& files_;
  std::filesystem::path path_;
  std::function<double()> time_;
  std::unique_ptr<OutputFile> file_;
  bool torn_ = false;  ///< the last write failed
};

/// The entries of a journal, in order. A last line that was cut by a crash is left out; any other
/// bad line is Error{input} with its number. A journal that is not there has none.
std::vector<JournalEntry> read_journal(FileSystem& files, const std::filesystem::path& path);

}  // namespace weir
