#pragma once
// A run against a scripted server: real messages over a network in memory, a fake scheduler, a
// clock that tests move.

#include <algorithm>

#include <gtest/gtest.h>

#include "launcher/run/jobs.h"
#include "launcher/run/study_run.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/memory_channel.h"
#include "tests/support/fake_scheduler.h"
#include "tests/support/temporary_folder.h"

namespace weir {

inline constexpr std::uint64_t study_id = 17;

class ScriptedRun : public testing::Test {
 protected:
  explicit ScriptedRun(Study study = toy_study()) : study_(std::move(study)) {
    std::filesystem::create_directories(directory_.run());
  }

  static Study toy_study() {
    Study study;
    study.name = "toy";
    study.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""}};
    study.simulation.command = {"solver"};
    study.launcher.jobs = 2;
    study.launcher.server_start = 120;
    study.launcher.watchdog = 60;
    study.launcher.server_restarts = 3;
    return study;
  }

  // ---- the server's side
  void publish_endpoint(std::uint64_t epoch = 0) {
    wire::write_endpoint_file(posix_file_system(), directory_.endpoint(),
                              {.study = study_id,
                               .schema = 1,
                               .epoch = epoch,
                               .endpoints = {"inproc://rank0"},
                               .fields = {{"u", 4}},
                               .steps = 10,
                               .parameters = {"a"},
                               .window_bytes = 1024,
                               .timeout = 10,
                               .server_key = ""});
  }
  /// What the launcher said since the last call; the peer is remembered.
  template <class M>
  std::vector<M> heard() {
    while (const auto frame = server_->try_receive()) {
      peer_ = frame->peer();
      inbox_.push_back(std::get<wire::Decoded>(wire::decode(frame->bytes()).value).message);
    }
    std::vector<M> found;
    for (const auto& message : inbox_)
      if (const auto* one = std::get_if<M>(&message)) found.push_back(*one);
    std::erase_if(inbox_,
                  [](const wire::Message& message) { return std::holds_alternative<M>(message); });
    return found;
  }
  void say(const wire::Message& message) {
    server_->send(peer_, wire::frame_of(message));
  }
  void server_ends(JobState state, std::string reason, std::optional<int> exit_code) {
    scheduler_.end(server_job(), state, std::move(reason), exit_code);
  }
  void server_dies() { server_ends(JobState::failed, "exit code 137", 137); }

  // ---- the launcher's side
  /// One turn of the launcher's loop; frames travel in it, as wait() lets time pass.
  bool turn(Duration pause = std::chrono::milliseconds(1)) {
    const bool goes_on = run_.tick();
    clock_.advance(pause);
    return goes_on;
  }
  void connect(std::uint64_t epoch = 0) {
    publish_endpoint(epoch);
    turn();
    turn();
    ASSERT_FALSE(heard<wire::LaunchHello>().empty());
    say(wire::LaunchStatus{});
    turn();
    turn();
    ASSERT_EQ(run_.snapshot().phase, RunPhase::running);
  }
  JobId job(std::uint64_t sim, std::uint64_t attempt = 0) {
    return scheduler_.find(simulation_job_name(study_, {sim, attempt}));
  }
  /// The latest incarnation.
  JobId server_job() { return scheduler_.find(server_job_name(study_)); }
  std::size_t servers() {
    const auto& submitted = scheduler_.submitted();
    return static_cast<std::size_t>(std::count_if(
        submitted.begin(), submitted.end(),
        [&](const auto& one) { return one.request.name == server_job_name(study_); }));
  }
  void run_simulation(std::uint64_t sim, std::uint64_t attempt = 0) {
    say(wire::LaunchRun{.sim = sim, .attempt = attempt, .parameters = {0.5}});
    turn();
    turn();
    ASSERT_NE(job(sim, attempt), "");
  }

  const Study study_;
  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
  ManualClock clock_;
  test::FakeScheduler scheduler_;
  wire::MemoryNetwork network_{clock_, /*seed=*/1};
  std::unique_ptr<wire::ServerChannel> server_ = network_.bind();
  wire::Peer peer_;
  std::vector<wire::Message> inbox_;
  Journal journal_{posix_file_system(), folder_ / "journal.jsonl"};
  std::vector<std::string> notes_;
  StudyRun run_{study_, directory_, weir::server_job(study_, directory_, "/bin/weir-server", ""),
                RunSurroundings{
                    .scheduler = scheduler_,
                    .files = posix_file_system(),
                    .clock = clock_,
                    .journal = journal_,
                    .note = [this](NoteLevel, const std::string& text) { notes_.push_back(text); },
                    .connect = [this](const auto&) { return network_.connect(); }}};
};

}  // namespace weir
