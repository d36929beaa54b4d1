#include "launcher/run/outcome.h"

#include <nlohmann/json.hpp>

#include "launcher/run/jobs.h"
#include "src/core/error.h"

namespace weir {
namespace {

constexpr int interrupted = static_cast<int>(ErrorKind::interrupted);

std::string logs_hint(const StudyDirectory& directory) {
  return "; logs: " + directory.logs().string();
}

Outcome from_summary(const SummaryHead& summary, const ServerEnd& server,
                     const StudyDirectory& directory) {
  if (summary.status == "done") return {0, "done; results: " + directory.root.string()};
  const std::string because = summary.reason.empty() ? "" : ": " + summary.reason;
  if (server.interrupted || summary.status == "stopped")
    return {interrupted, "the study was stopped" + because};
  return {1, "the study failed" + because + logs_hint(directory)};
}

int exit_code_of(const ServerEnd& server) {
  if (!server.failure.empty()) return static_cast<int>(server.kind);
  const int code = server.report.exit_code.value_or(1);
  return code >= 1 && code <= 3 ? code : 1;
}

std::string why(const ServerEnd& server, const std::string& log_line) {
  if (!server.failure.empty()) return server.failure;
  if (!log_line.empty()) return log_line;
  return "the server ended before the study did (" + server.report.reason + ")";
}

/// Empty when there is no summary that can be read.
std::string status_word(FileSystem& files, const StudyDirectory& directory) {
  try {
    const auto head = read_summary(files, directory);
    return head ? head->status : "";
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

std::optional<SummaryHead> read_summary(FileSystem& files, const StudyDirectory& directory) {
  const auto path = directory.summary();
  if (!files.exists(path)) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(files.read(path));
    return SummaryHead{json.at("status").get<std::string>(), json.value("reason", "")};
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::input, "'" + path.string() + "' is damaged: " + error.what());
  }
}

bool is_done(FileSystem& files, const StudyDirectory& directory) {
  return status_word(files, directory) == "done";
}

bool has_result(FileSystem& files, const StudyDirectory& directory) {
  const auto status = status_word(files, directory);
  return status == "done" || status == "stopped";
}

Outcome decide_outcome(const std::optional<SummaryHead>& summary, const ServerEnd& server,
                       const std::string& log_line, const StudyDirectory& directory) {
  if (summary) return from_summary(*summary, server, directory);
  if (server.interrupted) return {interrupted, "interrupted before the study had a result"};
  return {exit_code_of(server), why(server, log_line) + logs_hint(directory)};
}

void write_failure_summary(FileSystem& files, const StudyDirectory& directory, const Snapshot& last,
                           const std::string& reason) {
  const auto status = last.status.value_or(wire::LaunchStatus{});
  const nlohmann::ordered_json json = {{"status", "failed"},
                                       {"reason", reason},
                                       {"simulations",
                                        {{"expected", status.expected},
                                         {"finished", status.finished},
                                         {"failed", status.failed},
                                         {"restarted", status.restarted}}},
                                       {"samples",
                                        {{"expected", status.samples_expected},
                                         {"unique", status.samples_unique},
                                         {"trained", status.samples_trained}}},
                                       {"batches", status.batches},
                                       {"server", {{"restarts", last.server_restarts}}},
                                       {"seconds", {{"total", last.seconds}}}};
  files.replace(directory.summary(), json.dump(2) + "\n", 0600);
}

void add_failed_jobs(FileSystem& files, const StudyDirectory& directory,
                     const std::vector<JournalEntry>& journal) {
  constexpr std::size_t most = 1000;
  auto failed = nlohmann::ordered_json::array();
  for (const auto& entry : journal)
    if (entry.failed())
      failed.push_back({{"name", entry.name}, {"job", entry.job}, {"reason", entry.reason}});
  if (failed.empty() || !files.exists(directory.summary())) return;
  if (failed.size() > most)
    failed.erase(failed.begin(), failed.end() - static_cast<std::ptrdiff_t>(most));
  auto summary = nlohmann::ordered_json::parse(files.read(directory.summary()), nullptr,
                                               /*allow_exceptions=*/false);
  if (!summary.is_object()) return;
  summary["failed_jobs"] = std::move(failed);
  files.replace(directory.summary(), summary.dump(2) + "\n", 0600);
}

}  // namespace weir
