#include "server/checkpoint/segment_sources.h"

#include <algorithm>
#include <charconv>

#include "server/checkpoint/segment.h"
#include "src/core/error.h"

namespace weir {
namespace {

std::string key_of(std::uint64_t number, const std::string& path) {
  return std::to_string(number) + "/" + path;
}

}  // namespace

Path checkpoint_path(const Path& folder, std::uint64_t number) {
  return folder / std::to_string(number);
}

std::vector<std::uint64_t> published_in(FileSystem& files, const Path& folder) {
  std::vector<std::uint64_t> numbers;
  for (const auto& name : files.list(folder)) {
    std::uint64_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (std::to_string(number) == name) numbers.push_back(number);
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

SegmentSources::SegmentSources(FileSystem& files, const Path& folder, VerifiedFiles& verified,
                               std::size_t rank)
    : files_(files), folder_(folder), verified_(verified), rank_(rank) {
  for (const std::uint64_t number : published_in(files, folder)) {
    try {
      manifests_.emplace_back(
          number, read_file_list(files, checkpoint_path(folder, number) / "manifest.json"));
    } catch (const Error&) {
      // A damaged checkpoint is no source; an older one may do.
    }
  }
}

const SegmentSource& SegmentSources::find(std::uint64_t segment) {
  if (const auto found = found_.find(segment); found != found_.end()) return found->second;
  const std::string path = in_rank(rank_, segment_name(segment));
  for (const auto& [number, manifest] : manifests_) {
    const FileRecord* const record = manifest.find(path);
    if (record == nullptr || !usable(number, *record)) continue;
    const Path whole = checkpoint_path(folder_, number) / path;
    return found_[segment] = {.path = whole, .record = *record};
  }
  throw Error(ErrorKind::environment, "no checkpoint in " + folder_.string() +
                                          " has an undamaged " + path +
                                          " any more, though its rows are still in the buffer");
}

bool SegmentSources::usable(std::uint64_t number, const FileRecord& record) {
  const Path path = checkpoint_path(folder_, number) / record.path;
  const std::string key = key_of(number, record.path);
  try {
    if (verified_.contains(key)) {
      check_size(files_, path, record);
    } else {
      check_file(files_, path, record);
    }
  } catch (const Error&) {
    return false;
  }
  verified_.insert(key);
  return true;
}

}  // namespace weir
