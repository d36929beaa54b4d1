#pragma once
// D/run/status.json: how the study stands, replaced once a second by the launcher, read by `weir
// status` and `weir stop`.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "launcher/records/snapshot.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

struct LauncherStatus {
  pid_t pid = 0;              ///< of the launcher
  std::string host;           ///< where it runs
  std::int64_t time = 0;      ///< seconds since 1970 at writing
  std::string phase;          ///< name_of(RunPhase)
  std::int64_t silence = 10;  ///< seconds without a new status after which the launcher is gone
  Snapshot snapshot;          ///< its phase is not read back; see `phase`
};

std::filesystem::path status_path(const StudyDirectory& directory);

/// Seconds that a launcher may be busy: waiting for a batch system's commands, or hardly at all.
std::int64_t silence_of(SchedulerKind scheduler);

/// The status of this process, now.
LauncherStatus status_of(const Snapshot& snapshot, std::int64_t silence);

std::string write_status(const LauncherStatus& status);
/// Error{input} when the text is no status.
LauncherStatus parse_status(const std::string& text);

/// The status in D; nothing when no launcher has written one. Errors as of parse_status and
/// FileSystem::read.
std::optional<LauncherStatus> read_status(FileSystem& files, const StudyDirectory& directory);

/// Whether the launcher that wrote it is gone: silent for longer than it said it may be, or known
/// to be dead on this machine.
bool is_stale(const LauncherStatus& status, std::int64_t now);

/// Whether a launcher on this machine wrote it.
bool written_here(const LauncherStatus& status);

/// For people, several lines. `launcher_gone`: nobody drives the study any more.
std::string status_text(const LauncherStatus& status, std::int64_t now, bool launcher_gone);

}  // namespace weir
