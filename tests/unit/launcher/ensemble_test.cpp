#include "launcher/run/ensemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/schedulers/job_file.h"
#include "tests/support/fake_scheduler.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

auto ended_as(std::uint64_t sim, std::uint64_t attempt, wire::JobEnd end) {
  return AllOf(Field(&wire::LaunchEnded::sim, sim), Field(&wire::LaunchEnded::attempt, attempt),
               Field(&wire::LaunchEnded::end, end));
}

class EnsembleTest : public testing::Test {
 protected:
  EnsembleTest() {
    study_.name = "toy";
    study_.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""}};
    study_.simulation.command = {"solver", "{a}"};
    study_.simulation.time_limit = 60;
    study_.launcher.jobs = 2;
  }

  void request(std::uint64_t sim, std::uint64_t attempt = 0) {
    ensemble_.request({.sim = sim, .attempt = attempt, .parameters = {0.5}});
  }
  void turn() {
    ensemble_.observe(scheduler_.poll());
    ensemble_.advance();
  }
  JobId job(std::uint64_t sim, std::uint64_t attempt = 0) {
    return scheduler_.find("weir.toy." + std::to_string(sim) + "." + std::to_string(attempt));
  }

  Study study_;
  test::TemporaryFolder folder_;
  test::FakeScheduler scheduler_;
  ManualClock clock_;
  Journal journal_{posix_file_system(), folder_ / "journal.jsonl"};
  std::vector<std::string> notes_;
  Ensemble ensemble_{study_,
                     {folder_.path()},
                     scheduler_,
                     posix_file_system(),
                     clock_,
                     journal_,
                     [this](NoteLevel, const std::string& text) { notes_.push_back(text); }};
};

TEST_F(EnsembleTest, RunsAsManyAtATimeAsTheStudyAllows) {
  for (const std::uint64_t sim : {4, 3, 2, 1}) request(sim);
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(2));
  EXPECT_EQ(ensemble_.jobs(), 2u);
  EXPECT_EQ(ensemble_.queued(), 2u);
}

TEST_F(EnsembleTest, StartsTheOldestRequestWhenAPlaceIsFree) {
  for (const std::uint64_t sim : {4, 3, 2, 1}) request(sim);
  turn();
  scheduler_.end(job(3), JobState::done);
  turn();
  EXPECT_NE(job(2), "");
  EXPECT_EQ(job(1), "");
}

TEST_F(EnsembleTest, SubmitsNoLongerAtATimeThanTheServerAndTheUserCanWait) {
  study_.launcher.jobs = 10;
  scheduler_.each_submission([this] { clock_.advance(std::chrono::milliseconds(600)); });
  for (std::uint64_t sim = 0; sim < 6; ++sim) request(sim);
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(4));
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(6));
}

TEST_F(EnsembleTest, StartsARepeatedRequestOnce) {
  request(0);
  turn();
  request(0);
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(1));
  scheduler_.end(job(0), JobState::done);
  turn();
  ensemble_.acknowledge({0, 0});
  request(0);
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(1));
}

TEST_F(EnsembleTest, ReportsAnEndUntilItIsAcknowledged) {
  request(0);
  turn();
  scheduler_.end(job(0), JobState::done);
  turn();
  turn();
  EXPECT_THAT(ensemble_.unacknowledged(), ElementsAre(ended_as(0, 0, wire::JobEnd::done)));
  ensemble_.acknowledge({0, 0});
  EXPECT_THAT(ensemble_.unacknowledged(), IsEmpty());
}

TEST_F(EnsembleTest, SaysWhyASimulationFailedAndWhereItsLogIs) {
  std::filesystem::create_directories(folder_ / "logs");
  posix_file_system().replace(folder_ / "logs" / "sim.5.0.log", "step 1\nno convergence\n\n", 0600);
  request(5);
  turn();
  scheduler_.end(job(5), JobState::failed, "exit code 7");
  turn();
  EXPECT_EQ(ensemble_.unacknowledged().at(0).reason, "exit code 7");
  EXPECT_THAT(notes_, Contains(AllOf(HasSubstr("exit code 7"), HasSubstr("\"no convergence\""),
                                     HasSubstr("sim.5.0.log"))));
}

TEST_F(EnsembleTest, ReportsAJobThatTheSchedulerRefuses) {
  scheduler_.refuse("no partition 'gpu'");
  request(0);
  turn();
  EXPECT_THAT(ensemble_.unacknowledged(), ElementsAre(ended_as(0, 0, wire::JobEnd::never_started)));
  EXPECT_EQ(ensemble_.unacknowledged()[0].reason, "no partition 'gpu'");
  EXPECT_EQ(ensemble_.jobs(), 0u);
}

TEST_F(EnsembleTest, RefusesParametersThatAreNotTheStudys) {
  ensemble_.request({.sim = 0, .attempt = 0, .parameters = {1, 2, 3}});
  turn();
  EXPECT_THAT(scheduler_.submitted(), IsEmpty());
  EXPECT_THAT(ensemble_.unacknowledged(), ElementsAre(ended_as(0, 0, wire::JobEnd::never_started)));
}

TEST_F(EnsembleTest, EndsAJobAtItsTimeLimit) {
  request(0);
  turn();
  turn();
  clock_.advance(std::chrono::milliseconds(59999));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), IsEmpty());
  clock_.advance(std::chrono::milliseconds(1));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(job(0)));
  turn();
  EXPECT_THAT(ensemble_.unacknowledged(), ElementsAre(ended_as(0, 0, wire::JobEnd::failed)));
  EXPECT_EQ(ensemble_.unacknowledged()[0].reason, "time limit of 60 s");
}

TEST_F(EnsembleTest, CountsNoTimeBeforeTheJobRuns) {
  scheduler_.jobs_start_pending();
  request(0);
  turn();
  clock_.advance(std::chrono::hours(1));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), IsEmpty());
  scheduler_.start(job(0));
  turn();
  clock_.advance(std::chrono::seconds(60));
  turn();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(job(0)));
}

TEST_F(EnsembleTest, WithdrawsLowerAttemptsOfTheSameSimulation) {
  request(0, /*attempt=*/0);
  request(1, /*attempt=*/0);
  turn();
  request(0, /*attempt=*/1);
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(job(0, 0)));
  turn();
  EXPECT_NE(job(0, 1), "");
  EXPECT_EQ(ensemble_.unacknowledged().at(0).reason, "replaced by attempt 1");
}

TEST_F(EnsembleTest, JournalsWhyTheServerReplacedAnAttemptAsItsFailure) {
  request(0);
  request(1);
  turn();
  scheduler_.end(job(0), JobState::done, "exit code 0");
  turn();
  ensemble_.acknowledge({0, 0});
  ensemble_.request({0, 1, {0.5}, "it ended without sending all its steps"});
  ensemble_.request({1, 1, {0.5}, "it was silent for 60 s"});
  turn();
  turn();
  std::vector<std::string> failures;
  for (const auto& entry : read_journal(posix_file_system(), folder_ / "journal.jsonl"))
    if (entry.failed()) failures.push_back(entry.name + ": " + entry.reason);
  EXPECT_THAT(failures, ElementsAre("weir.toy.0.0: it ended without sending all its steps",
                                    "weir.toy.1.0: it was silent for 60 s"));
  EXPECT_THAT(notes_, Contains(HasSubstr("simulation 0, attempt 0 failed: it ended without")));
}

TEST_F(EnsembleTest, DoesNotCallAnAttemptFailedThatNobodyWantsAnyMore) {
  request(0);
  turn();
  ensemble_.withdraw_all("the study stops");
  turn();
  const auto end = read_journal(posix_file_system(), folder_ / "journal.jsonl").back();
  EXPECT_EQ(end.event, JournalEvent::ended);
  EXPECT_FALSE(end.failed());
}

TEST_F(EnsembleTest, DropsTheQueueAndCancelsJobsWhenAllIsWithdrawn) {
  for (const std::uint64_t sim : {0, 1, 2}) request(sim);
  turn();
  ensemble_.withdraw_all("the study stops");
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre(job(0), job(1)));
  turn();
  EXPECT_EQ(ensemble_.jobs(), 0u);
  EXPECT_EQ(ensemble_.queued(), 0u);
  EXPECT_THAT(scheduler_.submitted(), SizeIs(2));
}

TEST_F(EnsembleTest, KillsWhatDoesNotEnd) {
  scheduler_.ignore_cancel();
  request(0);
  turn();
  ensemble_.withdraw_all("the study stops");
  turn();
  EXPECT_EQ(ensemble_.jobs(), 1u);
  ensemble_.kill_all();
  turn();
  EXPECT_EQ(ensemble_.jobs(), 0u);
}

TEST_F(EnsembleTest, TellsOfAsManyAttemptsAsFitIntoAMessage) {
  std::vector<PastAttempt> past;
  for (std::uint64_t sim = 0; sim < 100'000; ++sim)
    past.push_back({.id = {sim, 0}, .submitted = true, .ended = true, .reason = "", .job = ""});
  past.back().job = "901";
  ensemble_.inherit(past);
  const auto known = ensemble_.known();
  EXPECT_THAT(known.sims, ElementsAre(99'999u));
  EXPECT_NO_THROW(wire::encode(
      wire::LaunchHello{.sims = known.sims, .attempts = known.attempts, .alive = known.alive}));
}

TEST_F(EnsembleTest, WritesTheIntentBeforeAndTheNumberAfterEachSubmission) {
  request(0);
  turn();
  scheduler_.end(job(0), JobState::done, "exit code 0");
  turn();
  const auto entries = read_journal(posix_file_system(), folder_ / "journal.jsonl");
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[0].event, JournalEvent::intent);
  EXPECT_EQ(entries[1].event, JournalEvent::submitted);
  EXPECT_EQ(entries[1].job, job(0));
  EXPECT_EQ(entries[2].event, JournalEvent::ended);
  EXPECT_EQ(entries[2].name, "weir.toy.0.0");
}

/// What lies in D/run/jobs after `sim` was started as weir-job would have left it.
class JobFilesTest : public EnsembleTest {
 protected:
  void write_files(std::uint64_t sim) {
    auto job = simulation_job(study_, directory_, sim, /*attempt=*/0, {0.5});
    const auto file = job_file_path(directory_, job.name);
    write_job_file(posix_file_system(), file, job);
    write_job_end(posix_file_system(), file, {});
    posix_file_system().replace(job_claim_path(file), "12", 0600);
  }
  std::vector<std::string> files() { return posix_file_system().list(directory_.jobs()); }

  StudyDirectory directory_{folder_.path()};
};

TEST_F(JobFilesTest, AreRemovedOnceTheEndIsInTheJournal) {
  request(0);
  request(1);
  turn();
  write_files(0);
  write_files(1);
  scheduler_.end(job(0), JobState::failed, "exit code 1");
  turn();
  EXPECT_THAT(files(), ElementsAre("weir.toy.1.0.claim", "weir.toy.1.0.end", "weir.toy.1.0.json"));
}

TEST_F(JobFilesTest, AreKeptWhileTheEndIsNotInTheJournal) {
  request(0);
  turn();
  write_files(0);
  test::FaultyFileSystem full(posix_file_system(), /*first_failure=*/0);
  Journal journal(full, folder_ / "journal.jsonl");
  Ensemble later(study_, directory_, scheduler_, posix_file_system(), clock_, journal,
                 [](NoteLevel, const std::string&) {});
  later.inherit({{.id = {0, 0}, .submitted = true, .reason = "", .job = job(0)}});
  scheduler_.end(job(0), JobState::done);
  later.observe(scheduler_.poll());
  EXPECT_THAT(files(), SizeIs(3));
}

TEST_F(JobFilesTest, AreRemovedByALaterLauncherOfAttemptsThatHaveEnded) {
  for (const std::uint64_t sim : {0, 1, 2}) write_files(sim);
  ensemble_.inherit({{.id = {0, 0}, .submitted = true, .ended = true, .reason = "", .job = ""},
                     {.id = {1, 0}, .submitted = true, .reason = "", .job = ""},
                     {.id = {2, 0}, .submitted = true, .reason = "", .job = "7"}});
  EXPECT_THAT(files(), ElementsAre("weir.toy.2.0.claim", "weir.toy.2.0.end", "weir.toy.2.0.json"));
}

/// Of a study with templates.
class AttemptFolderTest : public JobFilesTest {
 protected:
  AttemptFolderTest() {
    posix_file_system().replace(folder_ / "template", "{a}", 0600);
    study_.simulation.templates = {{"n", folder_ / "template"}};
  }
  Ensemble launcher() {
    return {study_,
            directory_,
            scheduler_,
            posix_file_system(),
            clock_,
            journal_,
            [](NoteLevel, const std::string&) {}};
  }
  /// One that has ended in this way.
  void end_in(Ensemble& ensemble, std::uint64_t sim, JobState state) {
    ensemble.request({.sim = sim, .attempt = 0, .parameters = {0.5}});
    ensemble.advance();
    scheduler_.end(job(sim), state);
    ensemble.observe(scheduler_.poll());
  }
  std::vector<std::string> folders() {
    return posix_file_system().list(attempt_folder(directory_, {}).parent_path());
  }
};

TEST_F(AttemptFolderTest, GoesOnlyWhenTheProgramWasSeenToEndWell) {
  auto first = launcher();
  end_in(first, 0, JobState::done);
  end_in(first, 1, JobState::failed);
  end_in(first, 2, JobState::lost);
  EXPECT_THAT(folders(), ElementsAre("1.0", "2.0"));
}

TEST_F(AttemptFolderTest, OfAnEndThatNobodySawIsLeftByLaterLaunchersToo) {
  auto first = launcher();
  end_in(first, 0, JobState::lost);
  end_in(first, 1, JobState::done);
  first.request({.sim = 2, .attempt = 0, .parameters = {0.5}});
  first.advance();
  std::filesystem::create_directories(attempt_folder(directory_, {1, 0}));  // it died before that
  auto journal = read_journal(posix_file_system(), folder_ / "journal.jsonl");
  launcher().inherit(past_attempts(study_, directory_, journal));
  EXPECT_THAT(folders(), ElementsAre("0.0", "2.0"));
}

TEST_F(EnsembleTest, WaitsForAWaveOfFreePlacesAndSubmitsItTogether) {
  study_.launcher.jobs = 4;
  study_.launcher.wave = 2;
  for (const std::uint64_t sim : {0, 1, 2, 3, 4, 5}) request(sim);
  turn();
  EXPECT_THAT(scheduler_.waves(), ElementsAre(2, 2));
  scheduler_.end(job(0), JobState::done);
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(4)) << "one place is no wave";
  scheduler_.end(job(1), JobState::done);
  turn();
  EXPECT_THAT(scheduler_.waves(), ElementsAre(2, 2, 2));
}

TEST_F(EnsembleTest, SubmitsAPartOfAWaveWhenNothingElseIsWanted) {
  study_.launcher.jobs = 4;
  study_.launcher.wave = 3;
  for (const std::uint64_t sim : {0, 1, 2}) request(sim);
  turn();
  request(3);
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(3)) << "more may be asked for";
  ensemble_.expect(/*open=*/4);
  turn();
  EXPECT_THAT(scheduler_.waves(), ElementsAre(3, 1));
}

TEST_F(EnsembleTest, SubmitsAPartOfAWaveWhenNothingRuns) {
  study_.launcher.jobs = 4;
  study_.launcher.wave = 4;
  request(0);
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(0)) << "the next request may be on its way";
  clock_.advance(std::chrono::seconds(5));
  turn();
  EXPECT_THAT(scheduler_.submitted(), SizeIs(1));
}

TEST_F(EnsembleTest, WritesTheIntentsOfAWholeWaveBeforeItIsSubmitted) {
  study_.launcher.wave = 2;
  for (const std::uint64_t sim : {0, 1}) request(sim);
  turn();
  const auto entries = read_journal(posix_file_system(), folder_ / "journal.jsonl");
  ASSERT_THAT(entries, SizeIs(4));
  EXPECT_EQ(entries[1].event, JournalEvent::intent);
  EXPECT_EQ(entries[2].event, JournalEvent::submitted);
}

TEST_F(EnsembleTest, TellsTheServerWhichAttemptsWaitInAQueue) {
  scheduler_.jobs_start_pending();
  for (const std::uint64_t sim : {0, 1}) request(sim);
  turn();
  scheduler_.start(job(1));
  turn();
  EXPECT_THAT(ensemble_.known().alive, ElementsAre(2, 1));
}

TEST_F(EnsembleTest, DoesNotBlameASimulationForItsNodeOrForAnotherJob) {
  study_.launcher.jobs = 3;
  for (const std::uint64_t sim : {0, 1, 2}) request(sim);
  turn();
  scheduler_.end(job(0), JobState::failed, "node failure", {}, JobCause::node_failure);
  scheduler_.end(job(1), JobState::failed, "preempted", {}, JobCause::preempted);
  scheduler_.end(job(2), JobState::failed, "time limit of the job", {}, JobCause::time_limit);
  turn();
  EXPECT_THAT(ensemble_.unacknowledged(), ElementsAre(ended_as(0, 0, wire::JobEnd::taken_away),
                                                      ended_as(1, 0, wire::JobEnd::taken_away),
                                                      ended_as(2, 0, wire::JobEnd::failed)));
}

}  // namespace
}  // namespace weir
