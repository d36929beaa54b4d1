#pragma once
// The lists of files of a checkpoint: manifest.json of all of it, files.json of one rank's part.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/checkpoint/checked_file.h"
#include "server/checkpoint/checkpoint.h"

namespace weir {

/// Value type.
struct FileList {
  CutName name;
  std::optional<std::size_t> rank;  ///< of files.json; none: a manifest
  std::vector<FileRecord> files;

  const FileRecord* find(std::string_view path) const;  ///< nullptr: not there
};

/// JSON whose last member is a CRC-32C of all before it, at a fixed distance from the end, so that
/// it is checked before anything is parsed.
std::string encode(const FileList& list);
/// Error{input} naming `place` and what is wrong: cut, damaged, of another version, or not a list.
FileList decode_file_list(std::string_view text, const std::string& place);
/// Reads a list. Errors: the same, and those of FileSystem.
FileList read_file_list(FileSystem& files, const Path& path);

/// "rank.R"
std::string rank_folder(std::size_t rank);
/// "rank.R/NAME"
std::string in_rank(std::size_t rank, const std::string& name);

}  // namespace weir
