#include "launcher/records/newest_checkpoint.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "launcher/records/progress.h"
#include "src/core/error.h"

namespace weir {
namespace {

/// Unfinished checkpoints have names that are no numbers.
std::optional<std::uint64_t> number_of(const std::string& name) {
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (code != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

std::vector<std::uint64_t> newest_first(FileSystem& files, const std::filesystem::path& folder) {
  std::vector<std::uint64_t> numbers;
  if (!files.exists(folder)) return numbers;
  for (const auto& name : files.list(folder))
    if (const auto number = number_of(name)) numbers.push_back(*number);
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

std::optional<PublishedCheckpoint> read(FileSystem& files, const std::filesystem::path& folder) {
  const auto manifest = folder / "manifest.json";
  try {
    const auto json = nlohmann::json::parse(files.read(manifest));
    struct stat about {};
    if (stat(manifest.c_str(), &about) != 0) return std::nullopt;
    return PublishedCheckpoint{.number = json.at("number").get<std::uint64_t>(),
                               .batch = json.at("batch").get<std::uint64_t>(),
                               .epoch = json.at("epoch").get<std::uint64_t>(),
                               .ranks = json.at("ranks").get<std::size_t>(),
                               .time = about.st_mtim.tv_sec,
                               .folder = folder};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::filesystem::path PublishedCheckpoint::ledger(std::size_t rank) const {
  return folder / ("rank." + std::to_string(rank)) / "ledger";
}

std::optional<PublishedCheckpoint> newest_checkpoint(FileSystem& files,
                                                     const StudyDirectory& directory) {
  for (const auto number : newest_first(files, directory.checkpoints()))
    if (auto found = read(files, directory.checkpoints() / std::to_string(number))) return found;
  return std::nullopt;
}

std::string checkpoint_text(const std::optional<PublishedCheckpoint>& checkpoint,
                            std::int64_t now) {
  if (!checkpoint) return "checkpoint  none yet\n";
  return "checkpoint  " + std::to_string(checkpoint->number) + ", of batch " +
         std::to_string(checkpoint->batch) + ", " +
         duration_text(static_cast<double>(now - checkpoint->time)) + " ago\n";
}

}  // namespace weir
