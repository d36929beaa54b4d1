#include "launcher/records/journal.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr const char* names[] = {"intent", "submitted", "ended"};

std::optional<JournalEvent> event_of(const std::string& name) {
  for (std::size_t k = 0; k < std::size(names); ++k)
    if (name == names[k]) return static_cast<JournalEvent>(k);
  return std::nullopt;
}

std::optional<JournalEntry> parse_line(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  try {
    const auto event = event_of(json.at("event").get<std::string>());
    if (!event) return std::nullopt;
    return JournalEntry{.event = *event,
                        .name = json.at("name").get<std::string>(),
                        .job = json.value("job", ""),
                        .reason = json.value("reason", ""),
                        .ok = json.value("ok", false),
                        .unseen = json.value("unseen", false),
                        .withdrawn = json.value("withdrawn", false),
                        .time = json.contains("time") ? std::optional(json.at("time").get<double>())
                                                      : std::nullopt};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

Journal::Journal(FileSystem& files, const std::filesystem::path& path, std::function<double()> time)
    : files_(files), path_(path), time_(std::move(time)) {
  if (files.exists(path) && !WEIR_BUG("torn_line_kept")) remove_torn_line();
  file_ = files.append(path, 0600);
  files.sync_directory(path.parent_path());
}

void Journal::remove_torn_line() {
  const std::string text = files_.read(path_);
  const auto whole = text.rfind('\n');
  const auto size = whole == std::string::npos ? 0 : whole + 1;
  if (size < text.size()) files_.truncate(path_, size);
}

void Journal::write(const JournalEntry& entry) {
  if (torn_) remove_torn_line();
  nlohmann::ordered_json json = {{"event", names[static_cast<std::size_t>(entry.event)]},
                                 {"name", entry.name}};
  if (!entry.job.empty()) json["job"] = entry.job;
  if (!entry.reason.empty()) json["reason"] = entry.reason;
  if (entry.ok) json["ok"] = true;
  if (entry.unseen) json["unseen"] = true;
  if (entry.withdrawn) json["withdrawn"] = true;
  if (const auto time = time_ ? time_() : entry.time) json["time"] = *time;
  torn_ = true;
  file_->write(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  file_->sync();
  torn_ = false;
}

std::vector<JournalEntry> read_journal(FileSystem& files, const std::filesystem::path& path) {
  if (!files.exists(path)) return {};
  const std::string text = files.read(path);
  std::vector<JournalEntry> entries;
  std::size_t number = 1;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    const auto end = text.find('\n', begin);
    if (end == std::string::npos) break;
    auto entry = parse_line(text.substr(begin, end - begin));
    if (!entry)
      throw Error(ErrorKind::input, "line " + std::to_string(number) + " of the journal '" +
                                        path.string() +
                                        "' is damaged; end what still runs of the study, move the "
                                        "file away, and resume");
    entries.push_back(std::move(*entry));
    begin = end + 1;
  }
  return entries;
}

}  // namespace weir
