#include "server/checkpoint/checkpoint.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "server/checkpoint/manifest.h"
#include "server/checkpoint/part_reader.h"
#include "server/checkpoint/part_writer.h"
#include "server/checkpoint/segment.h"
#include "server/checkpoint/segment_sources.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

/// After an error: the error is what matters.
void remove_quietly(FileSystem& files, const Path& path) noexcept {
  try {
    files.remove_all(path);
  } catch (...) {
    // What stays is removed by clean() when the server starts again.
  }
}

/// Whatever was wrong, it is the disk's fault: also a damaged file, which is Error{input} to who
/// reads it.
Error given_up(const CutName& name, const Error& error) {
  return Error(ErrorKind::environment,
               "checkpoint " + std::to_string(name.number) + " is given up: " + error.what() +
                   "; training goes on and the next one is tried in its turn, so "
                   "see that the folder's disk has room and takes writes");
}

bool same(const CutName& a, const CutName& b) {
  return a.number == b.number && a.batch == b.batch && a.epoch == b.epoch && a.study == b.study &&
         a.schema == b.schema && a.ranks == b.ranks;
}

/// Another rank may have written its part for another cut of this number: a server that was
/// declared dead and lives on.
FileList part_list(FileSystem& files, const Path& partial, const CutName& name, std::size_t rank) {
  const Path path = partial / in_rank(rank, list_name);
  FileList list = read_file_list(files, path);
  if (same(list.name, name) && list.rank == rank) return list;
  throw Error(ErrorKind::environment,
              path.string() + " is of batch " + std::to_string(list.name.batch) + " in epoch " +
                  std::to_string(list.name.epoch) + ", not of batch " + std::to_string(name.batch) +
                  " in epoch " + std::to_string(name.epoch) +
                  ": another server writes to the same study");
}

FileList collect(FileSystem& files, const Path& partial, const CutName& name) {
  FileList manifest{.name = name, .rank = std::nullopt, .files = {}};
  for (std::size_t rank = 0; rank < name.ranks; ++rank) {
    const FileList list = part_list(files, partial, name, rank);
    manifest.files.insert(manifest.files.end(), list.files.begin(), list.files.end());
    FileRecord own = record_of(encode(list));
    own.path = in_rank(rank, list_name);
    manifest.files.push_back(std::move(own));
  }
  return manifest;
}

FileList read_manifest(FileSystem& files, const Path& folder, std::uint64_t number) {
  const Path path = checkpoint_path(folder, number) / manifest_name;
  FileList manifest = read_file_list(files, path);
  if (manifest.name.number == number && !manifest.rank) return manifest;
  throw Error(ErrorKind::input, path.string() + " is of checkpoint " +
                                    std::to_string(manifest.name.number) +
                                    ": the folder was renamed; give it its name back");
}

}  // namespace

CheckpointFolder::CheckpointFolder(FileSystem& files, Path folder)
    : files_(files), folder_(std::move(folder)) {
  if (files_.exists(folder_)) return;
  files_.make_directories(folder_, 0700);
  files_.sync_directory(folder_.parent_path());
}

void CheckpointFolder::clean() {
  for (const auto& name : files_.list(folder_)) {
    if (name.starts_with('.') && name.ends_with(".partial")) files_.remove_all(folder_ / name);
  }
}

PartWritten CheckpointFolder::write_part(RankCut& cut, std::size_t rank) {
  forget_removed();
  const Path part = partial_path(folder_, cut.name.number) / rank_folder(rank);
  try {
    return PartWriter(files_, folder_, verified_, cut, rank).write();
  } catch (const Error& error) {
    remove_quietly(files_, part);
    throw given_up(cut.name, error);
  } catch (...) {
    remove_quietly(files_, part);
    throw;
  }
}

void CheckpointFolder::forget_removed() {
  const auto numbers = published();
  std::erase_if(verified_, [&](const std::string& file) {
    const auto number = std::stoull(file);
    return std::find(numbers.begin(), numbers.end(), number) == numbers.end();
  });
}

void CheckpointFolder::publish(const CutName& name) {
  const Path partial = partial_path(folder_, name.number);
  try {
    const FileList manifest = collect(files_, partial, name);
    WEIR_FAILPOINT("checkpoint.before_manifest");
    write_checked(files_, partial / manifest_name, encode(manifest));
    if (!WEIR_BUG("manifest_entry_not_synced")) files_.sync_directory(partial);
    WEIR_FAILPOINT("checkpoint.before_rename");
    files_.rename(partial, checkpoint_path(folder_, name.number));
    make_durable(name);
  } catch (const Error& error) {
    throw given_up(name, error);
  }
  published_here_.insert(name.number);
}

/// Of a checkpoint that has its name. After an error it loses it again, so that give_up() finds it.
void CheckpointFolder::make_durable(const CutName& name) {
  const Path whole = checkpoint_path(folder_, name.number);
  try {
    WEIR_FAILPOINT("checkpoint.after_rename");
    if (!WEIR_BUG("no_folder_fsync")) files_.sync_directory(folder_);
    WEIR_FAILPOINT("checkpoint.after_sync");
    if (const auto wrong = damage_of(name.number, /*with_rows=*/false); !wrong.empty())
      throw Error(ErrorKind::environment, "cannot read back what was written: " + wrong);
  } catch (...) {
    try {
      files_.rename(whole, partial_path(folder_, name.number));
    } catch (const Error&) {
      // Whole it is in any case: every rank's part was read back before.
    }
    throw;
  }
}

void CheckpointFolder::give_up(std::uint64_t number) noexcept {
  remove_quietly(files_, partial_path(folder_, number));
}

void CheckpointFolder::prune(std::size_t keep) {
  std::vector<std::uint64_t> valid, others;
  for (const std::uint64_t number : published()) {
    const bool counts =
        valid.size() < keep && (WEIR_BUG("prune_counts_invalid") ||
                                damage_of(number, !published_here_.contains(number)).empty());
    (counts ? valid : others).push_back(number);
  }
  if (valid.size() < keep) return;
  for (const std::uint64_t number : others) {
    WEIR_FAILPOINT("checkpoint.before_prune");
    // Without its name first: a checkpoint exists whole or not at all, also while it goes.
    const Path leaving = partial_path(folder_, number);
    files_.remove_all(leaving);
    files_.rename(checkpoint_path(folder_, number), leaving);
    WEIR_FAILPOINT("checkpoint.in_prune");
    files_.remove_all(leaving);
  }
}

std::vector<std::uint64_t> CheckpointFolder::published() const {
  return published_in(files_, folder_);
}

std::string CheckpointFolder::damage(std::uint64_t number, std::size_t rank) const {
  try {
    const FileList manifest = read_manifest(files_, folder_, number);
    PartReader(files_, checkpoint_path(folder_, number), manifest, rank).check(/*with_rows=*/true);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// Of any rank's part.
std::string CheckpointFolder::damage_of(std::uint64_t number, bool with_rows) const {
  try {
    const FileList manifest = read_manifest(files_, folder_, number);
    const Path whole = checkpoint_path(folder_, number);
    for (std::size_t rank = 0; rank < manifest.name.ranks; ++rank)
      PartReader(files_, whole, manifest, rank).check(with_rows);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

CutName CheckpointFolder::name_of(std::uint64_t number) const {
  return read_manifest(files_, folder_, number).name;
}

RankPart CheckpointFolder::read_part(std::uint64_t number, std::size_t rank) const {
  const FileList manifest = read_manifest(files_, folder_, number);
  return PartReader(files_, checkpoint_path(folder_, number), manifest, rank).read();
}

ReadRow CheckpointFolder::row_reader(std::uint64_t number, std::size_t rank,
                                     const RankPart& part) const {
  const Path folder = checkpoint_path(folder_, number) / rank_folder(rank);
  // std::function copies what it holds; open files are shared instead.
  const auto readers = std::make_shared<std::map<std::uint64_t, SegmentReader>>();
  return [=, &files = files_, places = part.places](std::size_t sample, std::span<float> row) {
    const auto& [segment, index] = places.at(sample);
    auto reader = readers->find(segment);
    if (reader == readers->end())
      reader = readers->try_emplace(segment, files, folder / segment_name(segment)).first;
    reader->second.read(index, row);
  };
}

}  // namespace weir
