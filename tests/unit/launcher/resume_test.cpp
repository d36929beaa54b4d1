// A launcher that goes on where an earlier one of the same study was killed.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/run/past.h"
#include "src/core/error.h"
#include "tests/unit/launcher/scripted_run.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ResumeTest : public ScriptedRun {
 protected:
  std::string name(std::uint64_t sim, std::uint64_t attempt = 0) const {
    return simulation_job_name(study_, {sim, attempt});
  }
  void intended(const std::string& job_name) {
    past_.push_back({.event = JournalEvent::intent, .name = job_name, .job = "", .reason = ""});
  }
  void submitted(const std::string& job_name, const JobId& id) {
    intended(job_name);
    past_.push_back({.event = JournalEvent::submitted, .name = job_name, .job = id, .reason = ""});
  }
  void ended(const std::string& job_name, bool ok, const std::string& reason = "exit code 0") {
    past_.push_back(
        {.event = JournalEvent::ended, .name = job_name, .job = "", .reason = reason, .ok = ok});
  }
  void server_lives() {
    submitted(server_job_name(study_), "900");
    scheduler_.has(server_job_name(study_), "900");
    publish_endpoint();
  }
  void resume() { run_.resume(past_); }
  wire::LaunchHello hello() {
    turn();
    turn();
    const auto hellos = heard<wire::LaunchHello>();
    return hellos.empty() ? wire::LaunchHello{} : hellos.back();
  }
  std::vector<JournalEntry> written() {
    return read_journal(posix_file_system(), folder_ / "journal.jsonl");
  }

  std::vector<JournalEntry> past_;
};

TEST_F(ResumeTest, GoesOnWithAServerThatLives) {
  server_lives();
  resume();
  EXPECT_THAT(scheduler_.submitted(), IsEmpty());
  EXPECT_EQ(hello().study, study_id);
  EXPECT_THAT(notes_, Contains("the server runs on as job 900"));
}

TEST_F(ResumeTest, StartsAServerWithResumeWhenNoneLives) {
  submitted(server_job_name(study_), "900");
  resume();
  ASSERT_EQ(servers(), 1u);
  EXPECT_EQ(scheduler_.submitted()[0].request.command.back(), "--resume");
}

TEST_F(ResumeTest, StartsAServerWhenTheEarlierLauncherDiedBeforeItHadOne) {
  intended(server_job_name(study_));
  resume();
  EXPECT_EQ(servers(), 1u);
}

TEST_F(ResumeTest, FindsAServerOfWhichOnlyTheIntentWasWritten) {
  intended(server_job_name(study_));
  scheduler_.has(server_job_name(study_), "900");
  resume();
  EXPECT_EQ(servers(), 0u);
}

TEST_F(ResumeTest, ConnectsToAnAdoptedServerThatPublishesItsEndpointLater) {
  publish_endpoint(/*epoch=*/0);  // of its predecessor, which died
  scheduler_.has(server_job_name(study_), "900");
  resume();
  turn();
  publish_endpoint(/*epoch=*/1);
  heard<wire::LaunchHello>();
  EXPECT_EQ(hello().study, study_id);
}

TEST_F(ResumeTest, TellsTheServerWhatWasEverSubmittedAndWhatLives) {
  server_lives();
  submitted(name(0), "901");
  ended(name(0), /*ok=*/true);
  submitted(name(1, 0), "902");
  submitted(name(1, 1), "903");
  submitted(name(2), "904");
  scheduler_.has(name(1, 1), "903");
  resume();
  const auto told = hello();
  EXPECT_THAT(told.sims, ElementsAre(0u, 1u, 2u));
  EXPECT_THAT(told.attempts, ElementsAre(0u, 1u, 0u));
  EXPECT_THAT(told.alive, ElementsAre(0u, 2u, 0u));  // not seen running yet
}

TEST_F(ResumeTest, SubmitsNothingThatLivesAndWatchesItInstead) {
  server_lives();
  submitted(name(0), "901");
  scheduler_.has(name(0), "901");
  resume();
  turn();
  turn();
  say(wire::LaunchRun{.sim = 0, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  EXPECT_THAT(scheduler_.submitted(), IsEmpty());
  EXPECT_EQ(run_.snapshot().jobs, 1u);
  scheduler_.end("901", JobState::lost, "how is not known");
  turn();
  turn();
  const auto ends = heard<wire::LaunchEnded>();
  ASSERT_FALSE(ends.empty());
  EXPECT_EQ(ends[0].end, wire::JobEnd::done) << "whether its steps came decides";
}

TEST_F(ResumeTest, NeverSubmitsAnAttemptAgainThatHasEnded) {
  server_lives();
  submitted(name(0), "901");
  ended(name(0), /*ok=*/false, "exit code 7");
  submitted(name(1), "902");
  resume();
  turn();
  turn();
  for (const std::uint64_t sim : {0, 1})
    say(wire::LaunchRun{.sim = sim, .attempt = 0, .parameters = {0.5}});
  turn();
  turn();
  EXPECT_THAT(scheduler_.submitted(), IsEmpty());
  EXPECT_THAT(heard<wire::LaunchEnded>(),
              AllOf(Contains(AllOf(Field(&wire::LaunchEnded::sim, 0u),
                                   Field(&wire::LaunchEnded::reason, "exit code 7"))),
                    Contains(AllOf(Field(&wire::LaunchEnded::sim, 1u),
                                   Field(&wire::LaunchEnded::end, wire::JobEnd::done)))));
}

TEST_F(ResumeTest, SubmitsWhatWasOnlyMeantToBe) {
  server_lives();
  intended(name(0));
  resume();
  turn();
  turn();
  EXPECT_THAT(hello().sims, IsEmpty());
  run_simulation(0);
  EXPECT_EQ(scheduler_.submitted().size(), 1u);
}

TEST_F(ResumeTest, CountsAnIntentWithALogAsSubmittedForItsJobMayHaveEndedMeanwhile) {
  server_lives();
  intended(name(0));
  std::filesystem::create_directories(directory_.logs());
  std::ofstream(directory_.simulation_log(0, 0)) << "step 0\n";
  resume();
  const auto told = hello();
  EXPECT_THAT(told.sims, ElementsAre(0u));
  EXPECT_THAT(told.alive, ElementsAre(0u));
}

TEST_F(ResumeTest, AdoptsAJobOfWhichOnlyTheIntentWasWrittenAndWritesItsNumber) {
  server_lives();
  intended(name(0));
  scheduler_.has(name(0), "901");
  resume();
  EXPECT_THAT(hello().alive, ElementsAre(2u));  // not seen running yet
  EXPECT_THAT(written(),
              Contains(JournalEntry{
                  .event = JournalEvent::submitted, .name = name(0), .job = "901", .reason = ""}));
}

TEST_F(ResumeTest, CancelsALowerAttemptThatLivesBesideAHigherOne) {
  server_lives();
  submitted(name(0, 0), "901");
  submitted(name(0, 1), "902");
  scheduler_.has(name(0, 0), "901");
  scheduler_.has(name(0, 1), "902");
  resume();
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre("901"));
}

TEST_F(ResumeTest, RefusesALowerAttemptThatARestoredServerAsksForBeforeItHasHeard) {
  submitted(name(0, 0), "901");
  ended(name(0, 0), /*ok=*/false, "exit code 7");
  submitted(name(0, 2), "902");
  scheduler_.has(name(0, 2), "902");
  resume();
  connect();
  say(wire::LaunchRun{.sim = 0, .attempt = 1, .parameters = {0.5}});
  turn();
  turn();
  turn();
  EXPECT_EQ(servers(), scheduler_.submitted().size());
  EXPECT_THAT(heard<wire::LaunchEnded>(),
              Contains(AllOf(Field(&wire::LaunchEnded::attempt, 1u),
                             Field(&wire::LaunchEnded::end, wire::JobEnd::never_started))));
}

TEST_F(ResumeTest, EndsWhatIsLeftOfAStudyThatIsDone) {
  posix_file_system().replace(directory_.summary(), R"({"status": "done"})", 0600);
  submitted(name(0), "901");
  scheduler_.has(name(0), "901");
  resume();
  EXPECT_FALSE(turn());
  EXPECT_THAT(scheduler_.submitted(), IsEmpty());
  EXPECT_THAT(scheduler_.cancelled(), ElementsAre("901"));
}

TEST_F(ResumeTest, GoesOnWithAStudyThatWasStoppedOrFailed) {
  posix_file_system().replace(directory_.summary(), R"({"status": "stopped"})", 0600);
  resume();
  EXPECT_EQ(servers(), 1u);
  EXPECT_FALSE(posix_file_system().exists(directory_.summary()));
}

TEST_F(ResumeTest, IgnoresJobsOfAnotherStudyInTheJournal) {
  submitted("weir.other.0.0", "901");
  submitted("weir.toy.0.x", "902");
  EXPECT_THAT(past_attempts(study_, directory_, past_), IsEmpty());
}

TEST_F(ResumeTest, CountsOnlyWhatComesFromNowOnForTheTimeLeft) {
  server_lives();
  resume();
  turn();
  turn();
  heard<wire::LaunchHello>();
  say(wire::LaunchStatus{.samples_expected = 100, .samples_unique = 60});
  turn();
  turn();
  EXPECT_TRUE(run_.snapshot().resumed);
  EXPECT_EQ(run_.snapshot().samples_before, 60u);
}

}  // namespace
}  // namespace weir
