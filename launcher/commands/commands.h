#pragma once
// The commands of `weir`. Each returns an exit code of section 3 of the design, or throws Error.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "launcher/plan/study_plan.h"

namespace weir {

struct RunOptions {
  std::filesystem::path study;       ///< file
  std::filesystem::path output;      ///< empty: ./<name of the study>
  std::optional<std::size_t> ranks;  ///< server ranks instead of the study's
  bool resume = false;               ///< go on with the study that lies in `output`
};

struct GenerateOptions {
  std::filesystem::path study;   ///< file
  std::filesystem::path to;      ///< HDF5 file to be made
  std::filesystem::path output;  ///< empty: a temporary folder, removed on success
};

struct ReplayOptions {
  std::filesystem::path folder;  ///< study directory
  std::filesystem::path data;    ///< data set with its ensemble; empty: the ensemble is run again
  std::filesystem::path to;      ///< folder of the results; empty: replay/ in the study directory
};

struct ReportOptions {
  std::vector<std::filesystem::path> folders;  ///< study directories, at least one
  std::filesystem::path to;  ///< HTML file; empty: report.html in the only study directory
};

struct WatchOptions {
  std::vector<std::filesystem::path> folders;  ///< study directories, at least one
  bool http = false;                           ///< serve the report as well
  std::string listen;  ///< where, as of parse_listen_address(); empty: as of ListenAddress
};

/// Prints what it looked at. `output`: the study directory that is meant; empty: as of `weir run`.
/// Error{input} for a wrong study file.
int check_command(const std::filesystem::path& study, const std::filesystem::path& output);
/// Prints what the study is expected to do; nothing is looked at but its file. Error{input}: as of
/// load_study() and plan_of().
int plan_command(const std::filesystem::path& study, const PlanOptions& options, bool json);
/// Runs the study to its end, or until SIGINT or SIGTERM. Error{input}: there is no folder to
/// resume in, or it holds another study. Error{environment}: a launcher runs this study.
int run_command(const RunOptions& options);
int generate_command(const GenerateOptions& options);
int status_command(const std::filesystem::path& folder, bool json);
/// Shows how the study goes on until it has ended (exit code 0, 1 or 130, as its own was) or SIGINT
/// comes (0: the study is left alone). Error{environment}: nobody has driven it for a minute.
/// Error{input}: several directories, or an address, without `http`.
int watch_command(const WatchOptions& options);
/// The same, and serves the report, of several studies a comparison, at an address that it prints.
/// Goes on after their end until SIGINT comes, or nobody has asked for an hour (exit code: the
/// first of theirs that is not 0). Errors of parse_listen_address(), make_token() and HttpServer.
int serve_command(const WatchOptions& options);
/// Returns when the server said that it stops, or the launcher that it ends the study. Both are
/// asked, from any machine that sees the folder. Error{environment} when neither answers within
/// 30 s, or the time that the launcher may be busy with a batch system.
int stop_command(const std::filesystem::path& folder);
/// What was accepted, by the ledgers of the study's end, or of its newest checkpoint before that.
int ledger_command(const std::filesystem::path& folder);
/// Which batch trained on what. Exit code 1: what the logs say is not valid, the first fault is
/// named.
int lineage_command(const std::filesystem::path& folder);

/// Repeats the training of a reproducible study; says whether the weights are the same. Exit code
/// 1: they are not. Error{input}: the study recorded no training.
int replay_command(const ReplayOptions& options);

/// Writes what the directories tell into one HTML file, of several a comparison, and prints its
/// path. Error{input}: one holds no study, or a comparison has no file to go to.
int report_command(const ReportOptions& options);

/// Becomes the program weir-predict beside this one; arguments: from the word `predict` on, up to a
/// null. Error{environment}: it is not there.
int predict_command(char** arguments);

}  // namespace weir
