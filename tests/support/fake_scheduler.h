#pragma once
// A scheduler that runs nothing: a test decides when each job starts, ends and is refused, and sees
// what was asked.

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "launcher/schedulers/scheduler.h"
#include "src/core/error.h"

namespace weir::test {

/// Job numbers are "1", "2", … in the order of submission. A job runs from its submission until the
/// test ends it.
class FakeScheduler final : public Scheduler {
 public:
  struct Submitted {
    JobId id;
    JobRequest request;
  };

  std::vector<Submission> submit_all(const std::vector<JobRequest>& requests) override {
    waves_.push_back(requests.size());
    return Scheduler::submit_all(requests);
  }
  JobId submit(const JobRequest& request) override {
    if (on_submission_) on_submission_();
    if (!refusal_.empty()) throw Error(ErrorKind::environment, refusal_);
    JobId id = std::to_string(submitted_.size() + 1);
    submitted_.push_back({id, request});
    states_[id] = {.state = first_state_, .reason = "", .exit_code = {}};
    return id;
  }
  std::map<std::string, JobId> find(const std::vector<std::string>& names) override {
    std::map<std::string, JobId> found;
    for (const auto& name : names)
      if (const auto job = lives_.find(name); job != lives_.end()) {
        states_[job->second] = {.state = JobState::running, .reason = "", .exit_code = {}};
        found.insert(*job);
      }
    return found;
  }
  std::map<JobId, JobReport> poll() override {
    ++polls_;
    const auto reports = states_;
    std::erase_if(states_, [](const auto& job) { return has_ended(job.second.state); });
    return reports;
  }
  void cancel(const JobId& job) override {
    cancelled_.push_back(job);
    if (states_.contains(job) && obeys_cancel_) end(job, JobState::cancelled, "cancelled");
  }
  void kill(const JobId& job) override {
    killed_.push_back(job);
    if (states_.contains(job) && obeys_kill_) end(job, JobState::cancelled, "killed by signal 9");
  }
  std::string explain() const override { return "fake: nothing runs"; }
  bool clients_ready() override { return clients_ready_; }

  // ---- the script
  void end(const JobId& job, JobState state, std::string reason = "",
           std::optional<int> exit_code = {}, JobCause cause = JobCause::none) {
    states_[job] = {
        .state = state, .reason = std::move(reason), .exit_code = exit_code, .cause = cause};
  }
  void requeue(const JobId& job) { states_[job].state = JobState::pending; }
  void start(const JobId& job) { states_[job].state = JobState::running; }
  void jobs_start_pending() { first_state_ = JobState::pending; }
  void refuse(std::string reason) { refusal_ = std::move(reason); }  ///< empty: accept again
  void each_submission(std::function<void()> does) { on_submission_ = std::move(does); }
  void has_no_clients() { clients_ready_ = false; }
  void has_clients() { clients_ready_ = true; }
  void ignore_cancel() { obeys_cancel_ = false; }
  void ignore_kill() { obeys_kill_ = false; }
  /// An earlier launcher submitted it, and it lives.
  void has(const std::string& name, const JobId& job) { lives_[name] = job; }

  // ---- what was asked
  const std::vector<Submitted>& submitted() const { return submitted_; }
  const std::vector<JobId>& cancelled() const { return cancelled_; }
  const std::vector<JobId>& killed() const { return killed_; }
  const std::vector<std::size_t>& waves() const { return waves_; }  ///< sizes of submit_all()
  std::size_t polls() const { return polls_; }
  JobId find(
      const std::string& name) const {  ///< the latest job of this name; "" when there is none
    const auto job = std::find_if(submitted_.rbegin(), submitted_.rend(),
                                  [&](const Submitted& one) { return one.request.name == name; });
    return job == submitted_.rend() ? JobId() : job->id;
  }

 private:
  JobState first_state_ = JobState::running;
  std::string refusal_;
  std::function<void()> on_submission_;
  bool obeys_cancel_ = true, obeys_kill_ = true, clients_ready_ = true;
  std::vector<Submitted> submitted_;
  std::vector<JobId> cancelled_, killed_;
  std::map<JobId, JobReport> states_;
  std::map<std::string, JobId> lives_;
  std::vector<std::size_t> waves_;
  std::size_t polls_ = 0;
};

}  // namespace weir::test
