#pragma once
// One rank of the server from start to end: owns the threads, and the order in which things start
// and stop.

#include <atomic>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/collective/collective.h"
#include "weir/server/registry.h"

namespace weir {

struct ServerOptions {
  std::filesystem::path study_file;
  std::filesystem::path output;  ///< study directory; empty: ./<name of the study>
  std::filesystem::path
      record;           ///< data set to record the ensemble into instead of training; empty: train
  bool resume = false;  ///< go on from the newest checkpoint in `output`, if it has one
  std::filesystem::path replay;      ///< study directory whose recorded training is to be repeated,
                                     ///< into its folder replay/ or `output`; empty: none
  std::filesystem::path data;        ///< replay: the data set that has the samples
  std::vector<std::string> plugins;  ///< libraries that are loaded after those of the study
  Registry registry;                 ///< what the program itself brings, beside them
  /// Set from outside (a signal handler may): the study is to be stopped in order. Null: nobody
  /// asks.
  const std::atomic<bool>* terminate = nullptr;
  /// As terminate, but another server goes on with the study: this one saves a checkpoint and falls
  /// silent, as if it had died, so that its clients wait for the other.
  const std::atomic<bool>* relieve = nullptr;
};

/// A rank cannot go on in the middle of a study, which its newest checkpoint may continue: exit
/// code 4.
class RankFailure : public std::runtime_error {
 public:
  static constexpr int exit_code = 4;
  using std::runtime_error::runtime_error;
};

/// What a server ends with that was relieved.
constexpr int relieved_exit_code = 5;

using Report = std::function<void(const std::string&)>;

/// Called by every rank with the same options; returns the same exit code on all of them: 0 done, 1
/// the study failed, 2 input, 3 environment, 5 relieved, 130 stopped on request. What was trained
/// is saved and summary.json written whenever the training had begun. An error that keeps a rank
/// from starting goes to `report`, on that rank alone. Throws when this rank alone cannot go on
/// (RankFailure in the middle of the training): its peers may wait for it then, so the caller must
/// end them.
int run_server(const ServerOptions& options, Collective& collective, const Report& report);

}  // namespace weir
