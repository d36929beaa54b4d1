#include "server/control/controller.h"

#include <gmock/gmock.h>

#include "server/control/rank_event.h"

namespace weir {
namespace {

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
    controller_.emplace(study_, &design_, study_id, /*ranks=*/1, clock_.now());
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
  controller_->receive(launcher, wire::LaunchHello{study_id, /*capacity=*/2});
  const auto asked = runs(controller_->tick(clock_.now()));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1].sim, 1u);
  EXPECT_EQ(asked[1].parameters, std::vector<double>{1.5});
  EXPECT_TRUE(runs(controller_->tick(clock_.now())).empty());
}

TEST_F(ControllerTest, AsksAgainForWhatIsOutstandingWhenTheLauncherSaysHelloAgain) {
  controller_->receive(launcher, wire::LaunchHello{study_id, 2});
  controller_->tick(clock_.now());
  EXPECT_EQ(runs(controller_->receive(launcher, wire::LaunchHello{study_id, 2})).size(), 2u);
}

TEST_F(ControllerTest, RefusesTheLauncherOfAnotherStudy) {
  const auto answers = controller_->receive(launcher, wire::LaunchHello{study_id + 1, 2});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<wire::Reject>(answers[0].message));
  EXPECT_TRUE(controller_->tick(clock_.now()).empty());
}

TEST_F(ControllerTest, AcknowledgesEveryEndAndStartsTheNext) {
  controller_->receive(launcher, wire::LaunchHello{study_id, 1});
  controller_->tick(clock_.now());
  apply({RankEvent::Kind::completed, 0, 0, 0});
  EXPECT_TRUE(runs(controller_->tick(clock_.now())).empty()) << "the job still runs";
  const auto answers =
      controller_->receive(launcher, wire::LaunchEnded{0, 0, wire::JobEnd::done, ""});
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<wire::LaunchAck>(answers[0].message));
  const auto asked = runs(controller_->tick(clock_.now()));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].sim, 1u);
}

TEST_F(ControllerTest, TellsTheStatusOnceASecondAndAtTheEnd) {
  controller_->receive(launcher, wire::LaunchHello{study_id, 1});
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
  controller_->receive(launcher, wire::LaunchHello{study_id, 1});
  controller_->receive("another", wire::LaunchStop{"by weir stop"});
  ASSERT_TRUE(controller_->stop_reason());
  EXPECT_FALSE(controller_->stop_reason()->failed);
  EXPECT_EQ(controller_->stop_reason()->text, "by weir stop");
  EXPECT_TRUE(runs(controller_->tick(clock_.now())).empty());
}

TEST_F(ControllerTest, FailsTheStudyWhenNothingArrivesForTooLongAlthoughThereIsRoom) {
  clock_.advance(std::chrono::seconds(59));
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

TEST(ControllerWithoutSimulations, HasNothingToReceive) {
  Study study;
  const Controller controller(study, nullptr, study_id, 1, Time{});
  EXPECT_TRUE(controller.reception_over());
}

}  // namespace
}  // namespace weir
