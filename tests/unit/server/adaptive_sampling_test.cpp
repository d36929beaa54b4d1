// Two ranks whose rounds the test makes: what is told to whom, when it is settled, and what a
// server that was killed knows again.

#include "server/adaptive_sampling.h"

#include <gmock/gmock.h>

#include "server/control/rank_event.h"
#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sampling/study_of.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const wire::Peer launcher = "launcher";

/// Draws all at one place, another one in each server's life.
class OnePlace final : public SamplingStrategy {
 public:
  explicit OnePlace(double place) : place_(place) {}
  std::vector<std::vector<double>> draw(const RedrawRequest& request) override {
    seen = request.seen;
    return {request.count, std::vector<double>(request.dimensions, place_)};
  }
  std::vector<SeenSimulation> seen;

 private:
  const double place_;
};

/// A server of two ranks, and its study directory.
class Server {
 public:
  Server(const Study& study, FileSystem& files, const Path& path, double place)
      : study_(study), file_(files, path, study.parameters) {
    const auto rows = file_.read();
    file_.start(rows);
    for (SettledDesign& design : designs)
      for (const ParameterRow& row : rows) design.settle(row.sim, row.values);
    controller.emplace(study, &designs[0], /*study_id=*/1, /*epoch=*/0, /*ranks=*/2, clock.now());
    auto one_place = std::make_shared<OnePlace>(place);
    strategy = one_place.get();
    leader.emplace(study, designs[0], /*rank=*/0,
                   AdaptiveSampling::Leader{*controller, file_, std::move(one_place), "one place"},
                   clock);
    other.emplace(study, designs[1], /*rank=*/1, std::nullopt, clock);
    leader->on_warning([this](const std::string& text) { warnings.push_back(text); });
    leader->on_redraw(
        [this](std::size_t, const RedrawReport& report) { reports.push_back(report); });
  }

  void hello(std::uint64_t capacity) {
    controller->receive(launcher, wire::LaunchHello{.study = 1, .capacity = capacity}, clock.now());
  }
  /// What the launcher is asked for.
  std::vector<wire::LaunchRun> runs() {
    std::vector<wire::LaunchRun> runs;
    for (const Outgoing& outgoing : controller->tick(clock.now()))
      if (const auto* run = std::get_if<wire::LaunchRun>(&outgoing.message)) runs.push_back(*run);
    return runs;
  }
  /// All ranks have entered it and rank 0 has left it; `other_leaves`: rank 1 has, too.
  Agreed round(bool other_leaves = true) {
    RoundInput inputs[2];
    leader->before_round(inputs[0]);
    other->before_round(inputs[1]);
    Agreed agreed;
    for (const RoundInput& input : inputs)
      agreed.events.insert(agreed.events.end(), input.events.begin(), input.events.end());
    controller->apply(agreed.events, clock.now(), /*room=*/true);
    leader->after_round(agreed);
    if (other_leaves) other->after_round(agreed);
    return agreed;
  }
  /// A batch on both ranks, of two samples each.
  void batch(std::uint64_t first, float loss_of_the_first) {
    ++batches_;
    const float losses[] = {loss_of_the_first, 1};
    const double mean_loss = (loss_of_the_first + 1) / 2;
    leader->record(batches_, mean_loss, std::vector<SampleId>{{first, 0}, {first + 1, 1}}, losses);
    other->record(batches_, mean_loss, std::vector<SampleId>{{first, 1}, {first + 1, 0}}, losses);
  }
  void end(std::uint64_t sim) {
    controller->receive(launcher, wire::LaunchEnded{sim, 0, wire::JobEnd::done, ""}, clock.now());
    std::vector<std::int64_t> words;
    for (std::int64_t rank : {0, 1})
      append(words, {RankEvent::Kind::completed, rank, static_cast<std::int64_t>(sim)});
    controller->apply(words, clock.now(), true);
  }

 private:
  const Study& study_;
  std::size_t batches_ = 0;
  ParameterFile file_;

 public:
  ManualClock clock;
  SettledDesign designs[2] = {SettledDesign(make_design(study_)),
                              SettledDesign(make_design(study_))};
  std::optional<Controller> controller;
  OnePlace* strategy = nullptr;
  std::optional<AdaptiveSampling> leader, other;
  std::vector<std::string> warnings;
  std::vector<RedrawReport> reports;
};

class AdaptiveSamplingTest : public testing::Test {
 protected:
  AdaptiveSamplingTest() {
    study_.simulation.steps = 2;
    study_.sampling.adaptive = {.kind = Refinement::loss, .name = "", .every = 2, .exploration = 0};
    study_.server.progress = 1e6;
    start(/*place=*/0.5);
  }
  void start(double place) {
    server_.reset();
    server_.emplace(study_, disk_, folder_ / "parameters.csv", place);
  }
  /// Simulations 0 … 3 run and are trained on; then a redraw.
  std::vector<wire::LaunchRun> run_until_redrawn() {
    server_->hello(4);
    server_->round();
    server_->round();
    const auto runs = server_->runs();
    server_->batch(0, 9);
    server_->batch(2, 1);
    server_->round();
    return runs;
  }

  Study study_ = test::study_of(DesignKind::sobol, /*dimensions=*/2, /*count=*/20);
  const test::TemporaryFolder folder_;
  test::FaultyFileSystem disk_{posix_file_system(), /*first_failure=*/static_cast<std::size_t>(-1)};
  std::optional<Server> server_;
};

TEST_F(AdaptiveSamplingTest, HandsOutNothingUntilEveryRankKnowsItsParameters) {
  server_->hello(4);
  EXPECT_THAT(server_->runs(), IsEmpty());
  server_->round(/*other_leaves=*/false);
  EXPECT_FALSE(server_->designs[1].is_settled(0));
  EXPECT_THAT(server_->runs(), IsEmpty());
}

TEST_F(AdaptiveSamplingTest, HandsOutWhatAllRanksHaveSettledToTheSameValues) {
  server_->hello(4);
  server_->round();
  server_->round();
  const auto runs = server_->runs();
  ASSERT_THAT(runs, SizeIs(4));
  for (const wire::LaunchRun& run : runs) {
    EXPECT_TRUE(server_->designs[1].is_settled(run.sim));
    EXPECT_EQ(server_->designs[1].parameters(run.sim), run.parameters);
    EXPECT_EQ(make_design(study_)->parameters(run.sim), run.parameters);
  }
}

TEST_F(AdaptiveSamplingTest, TellsTheStrategyTheLossesOfAllRanks) {
  run_until_redrawn();
  ASSERT_THAT(server_->strategy->seen, SizeIs(4));
  EXPECT_EQ(server_->strategy->seen[0].samples, 2);
  EXPECT_GT(server_->strategy->seen[0].loss, server_->strategy->seen[1].loss);
}

TEST_F(AdaptiveSamplingTest, RedrawsOnlyWhatNobodyWasToldOf) {
  const auto before = run_until_redrawn();
  // Four run, one has been settled ahead.
  ASSERT_THAT(server_->reports, SizeIs(1));
  EXPECT_EQ(server_->reports[0].redrawn, 15u);
  for (const wire::LaunchRun& run : before)
    for (const SettledDesign& design : server_->designs)
      EXPECT_EQ(design.parameters(run.sim), run.parameters);
  for (std::uint64_t sim = 0; sim < 4; ++sim) server_->end(sim);
  server_->round();
  server_->round();
  const auto after = server_->runs();
  ASSERT_THAT(after, SizeIs(4));
  EXPECT_EQ(after[0].parameters, make_design(study_)->parameters(4));
  for (std::size_t k = 1; k < 4; ++k) {
    EXPECT_EQ(after[k].parameters, (std::vector{0.5, 0.5}));
    EXPECT_EQ(server_->designs[1].parameters(after[k].sim), after[k].parameters);
  }
}

/// The launcher heard of simulations after the cut, and they run on: the next server may not give
/// them other parameters, though it is restored from before their submission.
TEST_F(AdaptiveSamplingTest, KeepsWhatWasHandedOutAfterTheCutFromWhichItGoesOn) {
  run_until_redrawn();
  const AdaptiveState cut = server_->leader->save(), others = server_->other->save();
  for (std::uint64_t sim = 0; sim < 4; ++sim) server_->end(sim);
  server_->round();
  server_->round();
  const auto handed_out = server_->runs();
  ASSERT_THAT(handed_out, SizeIs(4));

  start(/*place=*/0.9);  // as after kill -9
  server_->leader->restore(cut);
  server_->other->restore(others);
  server_->batch(0, 9);
  server_->batch(2, 1);
  server_->round();
  for (const wire::LaunchRun& run : handed_out)
    for (const SettledDesign& design : server_->designs)
      EXPECT_EQ(design.parameters(run.sim), run.parameters) << run.sim;
  EXPECT_EQ(server_->reports[0].redrawn, 20 - 4 - 4 - 1u);
}

TEST_F(AdaptiveSamplingTest, GoesOnWithItsProposalsAfterARestart) {
  run_until_redrawn();
  const AdaptiveState cut = server_->leader->save();
  start(/*place=*/0.9);
  server_->leader->restore(cut);
  EXPECT_EQ(server_->leader->save(), cut);
}

TEST_F(AdaptiveSamplingTest, RefusesAParameterFileThatHasLostRows) {
  run_until_redrawn();
  const AdaptiveState cut = server_->leader->save();
  posix_file_system().remove(folder_ / "parameters.csv");
  start(0.9);
  try {
    server_->leader->restore(cut);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("parameters.csv has 0 simulations"));
  }
}

TEST_F(AdaptiveSamplingTest, StartsNothingWhileTheDiskIsFullAndGoesOnAfterwards) {
  server_->hello(4);
  disk_.fail_from(disk_.writes());
  server_->round();
  server_->round();
  EXPECT_THAT(server_->runs(), IsEmpty());
  EXPECT_THAT(server_->warnings, SizeIs(1));
  disk_.repair();
  server_->clock.advance(std::chrono::seconds(2));
  server_->round();
  server_->round();
  EXPECT_THAT(server_->runs(), SizeIs(4));
}

TEST_F(AdaptiveSamplingTest, StopsAStudyWhoseStrategyLeavesTheCube) {
  start(/*place=*/1.5);
  run_until_redrawn();
  ASSERT_TRUE(server_->controller->stop_reason());
  EXPECT_TRUE(server_->controller->stop_reason()->failed);
  EXPECT_THAT(server_->controller->stop_reason()->text, HasSubstr("outside the unit interval"));
}

TEST_F(AdaptiveSamplingTest, StopsWhenALauncherRunsWhatNoFileKnows) {
  server_->controller->receive(
      launcher,
      wire::LaunchHello{.study = 1, .capacity = 4, .sims = {7}, .attempts = {0}, .alive = {1}},
      server_->clock.now());
  ASSERT_TRUE(server_->controller->stop_reason());
  EXPECT_THAT(server_->controller->stop_reason()->text, HasSubstr("simulation 7"));
}

}  // namespace
}  // namespace weir
