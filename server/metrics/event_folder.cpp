#include "server/metrics/event_folder.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <unistd.h>

#include "src/core/wall_time.h"

namespace weir {
namespace {

constexpr std::string_view start = "events.out.tfevents.";
constexpr const char* of_settings = ".settings";
constexpr const char* of_end = ".end";

/// Of a file's name; 0 of any other file.
std::uint64_t seconds_of(const std::string& name) {
  std::uint64_t seconds = 0;
  if (name.starts_with(start))
    std::from_chars(name.data() + start.size(), name.data() + name.size(), seconds);
  return seconds;
}

}  // namespace

Path new_event_file(FileSystem& files, const Path& folder) {
  files.make_directories(folder, 0700);
  auto seconds = static_cast<std::uint64_t>(wall_time());
  for (const auto& name : files.list(folder)) seconds = std::max(seconds, seconds_of(name) + 1);
  return folder /
         (std::string(start) + std::to_string(seconds) + ".weir." + std::to_string(getpid()));
}

void EventFolder::begin(const Settings& settings) {
  remove(of_end);
  remove(of_settings);
  put(of_settings, tensorboard::run_start(wall_time(), settings));
}

void EventFolder::end(std::size_t batch, const std::vector<TaggedPicture>& pictures, bool success) {
  const tensorboard::Stamp stamp{.wall_time = wall_time(), .step = batch};
  std::string events;
  for (const auto& [tag, description, picture] : pictures)
    events += tensorboard::image(stamp, tag, picture, description);
  put(of_end, events + tensorboard::run_end(stamp.wall_time, success));
}

void EventFolder::remove(const std::string& suffix) {
  for (const auto& name : files_.list(folder_))
    if (seconds_of(name) > 0 && name.ends_with(suffix)) files_.remove(folder_ / name);
}

void EventFolder::put(const std::string& suffix, const std::string& events) {
  const Path file = new_event_file(files_, folder_).string() + suffix;
  const Path part = folder_ / "part";  // a name that no reader takes for an event file
  files_.replace(part, tensorboard::file_start(wall_time()) + events, 0600);
  files_.rename(part, file);
}

}  // namespace weir
