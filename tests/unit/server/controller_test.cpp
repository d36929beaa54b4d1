#include "server/control/controller.h"

#include <gmock/gmock.h>

#include "server/control/rank_event.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t study_id = 42;
const wire::Peer launcher = "launcher";

class AnyDesign final : public Design {
 public:
  std::optional<std::vector<double>> parameters(std::uint64_t sim) const override {
    return std::vector<double>{static_cast<double>(sim) + 0.5};
  }
};

class ControllerTest : public testing::Test {
 protected:
  ControllerTest() {
    study_.simulation.count = 3;
    study_.simulation.steps = 10;
    study_.simulation.restarts = 1;
    study_.server.progress = 60;
    controller_.emplace(study_, &design_, study_id, /*epoch=*/3, /*ranks=*/1, clock_.now());
  }
  std::vector<wire::LaunchRun> runs(const std::vector<Outgoing>& out) {
    std::vector<wire::LaunchRun> runs;
    for (const Outgoing& outgoing : out)
      if (const auto* run = std::get_if<wire::LaunchRun>(&outgoing.message)) runs.push_back(*run);
    return runs;
  }
  std::optional<wire::LaunchStatus> status(const std::vector<Outgoing>& out) {
    for (const Outgoing& outgoing : out)
      if (const auto* found = std::get_if<wire::LaunchStatus>(&outgoing.message)) return *found;
    return std::nullopt;
  }
  std::vector<Outgoing> receive(const wire::Peer& peer, const wire::Message& message) {
    return controller_->receive(peer, message, clock_.now());
  }
  void apply(const RankEvent& event) {
    std::vector<std::int64_t> words;
    append(words, event);
    controller_->apply(words, clock_.now(), /*room=*/true);
  }

  Study study_;
  AnyDesign design_;
  ManualClock clock_;
  std::optional<Controller> controller_;
};

TEST_F(ControllerTest, AsksForNothingBeforeALauncherSaysHello) {
  EXPECT_TRUE(controller_->tick(clock_.now()).empty());
}

TEST_F(ControllerTest, AsksForAsManySimulationsAsTheLauncherCanRun) {
  receive(launcher, wire::LaunchHello{study_id, /*capacity=*/2});
  const auto asked = runs(controller_->tick(clock_.now()));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1].sim, 1u);
  EXPECT_EQ(asked[1].parameters, std::vector<double>{1.5});
  EXPECT_TRUE(runs(controller_->tick(clock_.now())).empty());
}

TEST_F(ControllerTest, AsksAgainForWhatIsOutstandingWhenTheLauncherSaysHelloAgain) {
  receive(launcher, wire::LaunchHello{study_id, 2});
  controller_->tick(clock_.now());
  EXPECT_EQ(runs(receive(launcher, wire::LaunchHello{study_id, 2})).size(), 2u);
}

TEST_F(ControllerTest, RefusesTheLauncherOfAnotherStudy) {
  const auto answers = receive(launcher, wire::LaunchHello{study_id + 1, 2});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<wire::Reject>(answers[0].message));
  EXPECT_TRUE(controller_->tick(clock_.now()).empty());
}

TEST_F(ControllerTest, AcknowledgesEveryEndAndStartsTheNext) {
  receive(launcher, wire::LaunchHello{study_id, 1});
  controller_->tick(clock_.now());
  apply({RankEvent::Kind::completed, 0, 0, 0});
  EXPECT_TRUE(runs(controller_->tick(clock_.now())).empty()) << "the job still runs";
  const auto answers = receive(launcher, wire::LaunchEnded{0, 0, wire::JobEnd::done, ""});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<wire::LaunchAck>(answers[0].message));
  const auto asked = runs(controller_->tick(clock_.now()));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].sim, 1u);
}

TEST_F(ControllerTest, TellsTheStatusOnceASecondAndAtTheEnd) {
  receive(launcher, wire::LaunchHello{study_id, 1});
  EXPECT_TRUE(status(controller_->tick(clock_.now())));
  EXPECT_FALSE(status(controller_->tick(clock_.now())));
  apply({RankEvent::Kind::accepted, 0, 0, /*value=*/17});
  clock_.advance(std::chrono::seconds(1));
  const auto second = status(controller_->tick(clock_.now()));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->samples_unique, 17u);
  EXPECT_EQ(second->samples_expected, 30u);
  EXPECT_EQ(second->over, 0u);
  controller_->finish();
  const auto last = status(controller_->tick(clock_.now()));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->over, 1u);
}

TEST_F(ControllerTest, StopsWhenAskedAndStartsNothingFurther) {
  receive(launcher, wire::LaunchHello{study_id, 1});
  receive("another", wire::LaunchStop{"by weir stop"});
  ASSERT_TRUE(controller_->stop_reason());
  EXPECT_FALSE(controller_->stop_reason()->failed);
  EXPECT_EQ(controller_->stop_reason()->text, "by weir stop");
  EXPECT_TRUE(runs(controller_->tick(clock_.now())).empty());
}

TEST_F(ControllerTest, FailsTheStudyWhenNothingArrivesForTooLongAlthoughThereIsRoom) {
  clock_.advance(std::chrono::seconds(59));
  receive(launcher, wire::LaunchHello{study_id, 1});
  controller_->apply({}, clock_.now(), /*room=*/true);
  EXPECT_FALSE(controller_->stop_reason());
  clock_.advance(std::chrono::seconds(2));
  controller_->apply({}, clock_.now(), /*room=*/true);
  ASSERT_TRUE(controller_->stop_reason());
  EXPECT_TRUE(controller_->stop_reason()->failed);
  EXPECT_THAT(controller_->stop_reason()->text, HasSubstr("for 60 s (server.progress)"));
}

TEST_F(ControllerTest, DoesNotBlameTheSolversWhileThereIsNoRoom) {
  for (int k = 0; k < 10; ++k) {
    clock_.advance(std::chrono::seconds(50));
    controller_->apply({}, clock_.now(), /*room=*/false);
  }
  EXPECT_FALSE(controller_->stop_reason());
}

TEST_F(ControllerTest, SamplesThatArriveKeepTheStudyGoing) {
  for (int k = 1; k < 10; ++k) {
    clock_.advance(std::chrono::seconds(50));
    apply({RankEvent::Kind::accepted, 0, 0, k});
  }
  EXPECT_FALSE(controller_->stop_reason());
}

TEST_F(ControllerTest, StopsInOrderWhenNoLauncherIsHeardAndNoSampleComes) {
  study_.server.without_launcher = 300;
  receive(launcher, wire::LaunchHello{study_id, 1});
  clock_.advance(std::chrono::seconds(200));
  apply({RankEvent::Kind::accepted, 0, 0, /*value=*/1});
  clock_.advance(std::chrono::seconds(299));
  controller_->apply({}, clock_.now(), /*room=*/true);
  EXPECT_FALSE(controller_->stop_reason()) << "the solvers run on without a launcher";
  clock_.advance(std::chrono::seconds(2));
  controller_->apply({}, clock_.now(), /*room=*/true);
  ASSERT_TRUE(controller_->stop_reason());
  EXPECT_FALSE(controller_->stop_reason()->failed);
  EXPECT_THAT(controller_->stop_reason()->text, HasSubstr("for 300 s (server.without_launcher)"));
}

TEST_F(ControllerTest, StopsInOrderWhenARankIsToldToEnd) {
  apply({RankEvent::Kind::terminated});
  ASSERT_TRUE(controller_->stop_reason());
  EXPECT_FALSE(controller_->stop_reason()->failed);
  EXPECT_THAT(controller_->stop_reason()->text, HasSubstr("SIGTERM"));
}

TEST_F(ControllerTest, FencesWhatHangsOnAllRanksAndAsksForALaterAttempt) {
  receive(launcher, wire::LaunchHello{study_id, 1});
  controller_->tick(clock_.now());
  apply({RankEvent::Kind::stalled, /*rank=*/0, /*sim=*/0, /*attempt=*/0});
  EXPECT_THAT(controller_->take_fences(), ElementsAre(Attempt{0, 1}));
  const auto asked = runs(controller_->tick(clock_.now()));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].attempt, 1u);
  EXPECT_THAT(asked[0].reason, testing::HasSubstr("it sent no step for "));
  EXPECT_EQ(controller_->counts().restarted, 1u);
}

TEST_F(ControllerTest, CountsAnAttemptThatLacksStepsAgainstNoLimit) {
  receive(launcher, wire::LaunchHello{study_id, 1});
  for (std::int64_t attempt = 0; attempt < 4; ++attempt) {
    ASSERT_EQ(runs(controller_->tick(clock_.now())).size(), 1u);
    apply({RankEvent::Kind::lacking, 0, 0, attempt});
  }
  EXPECT_EQ(controller_->counts().failed, 0u);
}

TEST_F(ControllerTest, AsksALauncherForNothingThatItKnows) {
  receive(launcher, wire::LaunchHello{study_id, 2});
  controller_->tick(clock_.now());
  const auto again = receive(launcher, wire::LaunchHello{study_id, 2, /*sims=*/{0},
                                                         /*attempts=*/{0}, /*alive=*/{1}});
  ASSERT_EQ(runs(again).size(), 1u);
  EXPECT_EQ(runs(again)[0].sim, 1u);
}

TEST_F(ControllerTest, ExpectsNoSamplesWhileEveryJobWaitsInAQueue) {
  const auto hello = [&](std::uint8_t alive) {
    receive(launcher, wire::LaunchHello{study_id, 1, /*sims=*/{0}, /*attempts=*/{0}, {alive}});
    controller_->apply({}, clock_.now(), /*room=*/true);
  };
  for (int seconds = 0; seconds < 600; seconds += 2) {
    hello(/*alive=*/2);
    clock_.advance(std::chrono::seconds(2));
  }
  EXPECT_FALSE(controller_->stop_reason());
  for (int seconds = 0; seconds < 70; seconds += 2) {
    hello(/*alive=*/1);
    clock_.advance(std::chrono::seconds(2));
  }
  ASSERT_TRUE(controller_->stop_reason());
  EXPECT_THAT(controller_->stop_reason()->text, HasSubstr("server.progress"));
}

TEST_F(ControllerTest, MakesRoomForASuccessorUnlessAnEndWasAskedForBefore) {
  apply({RankEvent::Kind::relieved});
  ASSERT_TRUE(controller_->stop_reason());
  EXPECT_TRUE(controller_->stop_reason()->relieved);
  EXPECT_FALSE(controller_->stop_reason()->failed);
  controller_.emplace(study_, &design_, study_id, /*epoch=*/3, /*ranks=*/1, clock_.now());
  apply({RankEvent::Kind::terminated});
  apply({RankEvent::Kind::relieved});
  EXPECT_FALSE(controller_->stop_reason()->relieved);
}

TEST_F(ControllerTest, HearsNoLauncherBeforeTheRanksHaveToldWhatIsComplete) {
  controller_->restore({});
  EXPECT_TRUE(receive(launcher, wire::LaunchHello{study_id, 3}).empty());
  EXPECT_TRUE(controller_->tick(clock_.now()).empty());
  apply({RankEvent::Kind::completed, 0, /*sim=*/0});
  receive(launcher, wire::LaunchHello{study_id, 3});
  EXPECT_EQ(runs(controller_->tick(clock_.now())).size(), 2u);
}

TEST_F(ControllerTest, TellsItsEpochItsPulseAndItsCheckpoints) {
  receive(launcher, wire::LaunchHello{study_id, 1});
  const auto first = status(controller_->tick(clock_.now()));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->epoch, 3u);
  controller_->apply({}, clock_.now(), true);
  controller_->beat();
  controller_->watch([] { return std::uint64_t{7}; });
  controller_->published();
  clock_.advance(std::chrono::seconds(1));
  const auto second = status(controller_->tick(clock_.now()));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->pulse, first->pulse + 9);
  EXPECT_EQ(second->checkpoints, 1u);
  controller_->watch({});
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(status(controller_->tick(clock_.now()))->pulse, first->pulse + 9);
}

TEST(ControllerWithoutSimulations, HasNothingToReceive) {
  Study study;
  const Controller controller(study, nullptr, study_id, /*epoch=*/0, 1, Time{});
  EXPECT_TRUE(controller.reception_over());
}

}  // namespace
}  // namespace weir
