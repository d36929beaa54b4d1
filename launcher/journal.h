#pragma once
// What the launcher did, on disk before it counts as done: D/run/journal.jsonl, so that a later
// launcher finds its jobs.

#include <filesystem>
#include <memory>
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
  std::string name;    ///< of the job
  JobId job;           ///< submitted
  std::string reason;  ///< ended
  bool operator==(const JournalEntry&) const = default;
};

/// Appends; each line is on the device when the call returns. Used by one thread. Errors as for
/// OutputFile.
class Journal {
 public:
  Journal(FileSystem& files, const std::filesystem::path& path) : file_(files.append(path, 0600)) {}

  void write(const JournalEntry& entry);

 private:
  std::unique_ptr<OutputFile> file_;
};

/// The entries of a journal, in order. A last line that was cut by a crash is left out; any other
/// bad line is Error{input} with its number.
std::vector<JournalEntry> read_journal(FileSystem& files, const std::filesystem::path& path);

}  // namespace weir
