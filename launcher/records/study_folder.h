#pragma once
// Making a study directory, and recognising one.

#include <filesystem>
#include <string>
#include <vector>

#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"

namespace weir {

/// Where a study goes when the user names no place: ./<name of the study>. Absolute.
std::filesystem::path output_folder(const std::filesystem::path& asked, const Study& study);

/// Error{input} when `folder` is there and not empty, or what it holds cannot be seen: nothing is
/// ever overwritten. Files that a launcher leaves that is killed while it writes study.json
/// (is_temporary_of it, and regular) count as nothing; they stay, for one may be another launcher's
/// that begins there just now.
void require_new_folder(const std::filesystem::path& folder);

/// Makes `folder` (0700, also when it was there, new) with logs/, run/ and the resolved
/// study.json. Error{input} as of require_new_folder; Error{environment} when it cannot be made.
StudyDirectory make_study_folder(FileSystem& files, const std::filesystem::path& folder,
                                 const Study& study);

/// Makes those folders that are missing: an earlier launcher may have died before it had. Errors as
/// of FileSystem.
void make_subfolders(FileSystem& files, const StudyDirectory& directory);

/// Error{input} when the study in `directory` is another one than `study`, but for how it is run
/// (identity_of), or is run on another number of ranks or by another scheduler; names the first key
/// that differs, and both values.
void require_same_study(FileSystem& files, const StudyDirectory& directory, const Study& study);

/// Writes down how the same study is run from now on, for servers that start; "/client/timeout is
/// 60 from now on, and was 300", for each key that differs. Errors as of FileSystem.
std::vector<std::string> change_how_it_runs(FileSystem& files, const StudyDirectory& directory,
                                            const Study& study);

/// Error{input} when `folder` holds no study.
StudyDirectory find_study_folder(FileSystem& files, const std::filesystem::path& folder);

/// A new private folder in the system's temporary one. Error{environment} when it cannot be made.
std::filesystem::path make_temporary_folder();

}  // namespace weir
