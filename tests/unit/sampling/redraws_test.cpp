#include "server/sampling/redraws.h"

#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>

#include "server/sampling/settled_design.h"
#include "src/core/error.h"
#include "tests/unit/sampling/study_of.h"

namespace weir {
namespace {

using testing::HasSubstr;
using Points = std::vector<std::vector<double>>;

/// Answers every request with `answer`, made for the number of points that are wanted.
class Scripted final : public SamplingStrategy {
 public:
  explicit Scripted(std::function<Points(const RedrawRequest&)> answer)
      : answer_(std::move(answer)) {}
  Points draw(const RedrawRequest& request) override { return answer_(request); }

 private:
  std::function<Points(const RedrawRequest&)> answer_;
};

class RedrawsTest : public testing::Test {
 protected:
  RedrawsTest() {
    study_.sampling.adaptive = {.kind = Refinement::plugin, .name = "mine"};
    study_.parameters[1].lower = 100, study_.parameters[1].upper = 500;
    design_ = make_design(study_);
    for (std::uint64_t sim = 0; sim < 8; ++sim) evidence_[sim] = {.sum = 10, .samples = 10};
    std::iota(open_.begin(), open_.end(), 10);
  }
  Redraws redraws(std::function<Points(const RedrawRequest&)> answer) {
    return {study_, *design_, std::make_shared<Scripted>(std::move(answer)), "mine"};
  }
  static Points centre(const RedrawRequest& request) { return Points(request.count, {0.5, 0.25}); }
  std::string error(Points points) {
    Redraws redraws = this->redraws([&](const RedrawRequest&) { return points; });
    try {
      redraws.redraw(evidence_, *design_, open_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::study);
      EXPECT_EQ(redraws.state(), Redraws::State{});
      return error.what();
    }
    return "none";
  }

  Study study_ = test::study_of(DesignKind::halton, /*dimensions=*/2, /*count=*/50);
  std::unique_ptr<Design> design_;
  Evidence evidence_;
  std::vector<std::uint64_t> open_ = std::vector<std::uint64_t>(40);
};

TEST_F(RedrawsTest, LeaveTheDesignUntilTheFirst) {
  const Redraws none = redraws(centre);
  EXPECT_EQ(none.proposal(12), (ParameterRow{12, DrawnBy::design, *design_->parameters(12)}));
}

TEST_F(RedrawsTest, BringPointsToTheStudysBounds) {
  study_.sampling.adaptive.exploration = 0;
  Redraws all = redraws(centre);
  const RedrawReport report = all.redraw(evidence_, *design_, open_);
  EXPECT_EQ(report.redrawn, 40u);
  EXPECT_EQ(all.proposal(10), (ParameterRow{10, DrawnBy::strategy, {0.5, 200}}));
}

TEST_F(RedrawsTest, TellTheStrategyWhatIsKnownInTheUnitCube) {
  RedrawRequest heard;
  evidence_ = {};
  for (const std::uint64_t sim : {1, 3, 4, 6}) evidence_[sim] = {.sum = 60, .samples = 10};
  Redraws asking =
      redraws([&](const RedrawRequest& request) { return heard = request, centre(request); });
  asking.redraw(evidence_, *design_, open_);
  ASSERT_EQ(heard.seen.size(), 4u);
  EXPECT_EQ(heard.seen[1].sim, 3u);
  EXPECT_NEAR(heard.seen[1].point[1], ((*design_->parameters(3))[1] - 100) / 400, 1e-12);
  EXPECT_GT(heard.seen[1].loss, 4);
  EXPECT_EQ(heard.seen[1].samples, 10);
}

/// The share is kept among those that are submitted next, too, and whatever was redrawn before.
TEST_F(RedrawsTest, LeaveTheExplorationShareToTheDesign) {
  for (const double share : {0.0, 0.25, 0.5, 1.0}) {
    study_.sampling.adaptive.exploration = share;
    Redraws some = redraws(centre);
    const RedrawReport report = some.redraw(evidence_, *design_, open_);
    EXPECT_EQ(report.explored, static_cast<std::size_t>(40 * share));
    std::size_t among_the_first = 0;
    for (std::uint64_t sim = 10; sim < 18; ++sim)
      among_the_first += some.proposal(sim).by == DrawnBy::exploration;
    EXPECT_EQ(among_the_first, static_cast<std::size_t>(8 * share));
  }
}

TEST_F(RedrawsTest, LetExploringSimulationsTakeTheDesignsPointsInTurn) {
  study_.sampling.adaptive.exploration = 0.25;
  Redraws some = redraws(centre);
  some.redraw(evidence_, *design_, open_);
  std::vector<std::uint64_t> later(open_.begin() + 7, open_.end());
  some.redraw(evidence_, *design_, later);
  std::uint64_t place = 10;
  for (const std::uint64_t sim : later) {
    const ParameterRow row = some.proposal(sim);
    if (row.by != DrawnBy::exploration) continue;
    while (place < sim && *design_->parameters(place) != row.values) ++place;
    EXPECT_EQ(row.values, *design_->parameters(place)) << sim;
    EXPECT_LE(place, 10 + (sim - 10) / 4 + 1) << "a point of the design was left out";
  }
}

TEST_F(RedrawsTest, GiveAReplacementAPointThatNoOtherHas) {
  study_.sampling.adaptive.exploration = 0.5;
  Redraws some = redraws([](const RedrawRequest& request) {
    return Points(request.count, {0.5, 0.25});
  });
  some.redraw(evidence_, *design_, open_);
  std::set<std::vector<double>> design_points;
  std::size_t drawn = 0;
  for (std::uint64_t sim = 10; sim < 90; ++sim) {  // from 50 on they stand in for failed ones
    const ParameterRow row = some.proposal(sim);
    if (row.by == DrawnBy::strategy) continue;
    design_points.insert(row.values);
    ++drawn;
  }
  EXPECT_EQ(design_points.size(), drawn);
}

TEST_F(RedrawsTest, WaitUntilEnoughIsSeen) {
  while (evidence_.size() > 3) evidence_.erase(evidence_.begin());
  Redraws none = redraws(centre);
  EXPECT_EQ(none.redraw(evidence_, *design_, open_).redrawn, 0u);
  EXPECT_EQ(none.proposal(10).by, DrawnBy::design);
}

TEST_F(RedrawsTest, GoOnFromTheirState) {
  const auto random = [](const RedrawRequest& request) {
    const double x = static_cast<double>(request.seed >> 11) * 0x1.0p-53;
    return Points(request.count, {x, x});
  };
  Redraws one = redraws(random), other = redraws(random);
  one.redraw(evidence_, *design_, open_);
  other.restore(one.state());
  const ParameterRow before = one.proposal(11);
  one.redraw(evidence_, *design_, open_);
  other.redraw(evidence_, *design_, open_);
  EXPECT_EQ(one.state(), other.state());
  EXPECT_NE(one.proposal(11), before);
}

TEST_F(RedrawsTest, RefuseWhatAStrategyMayNotAnswer) {
  EXPECT_THAT(error({}), HasSubstr("\"mine\" gave 0 points instead of 32"));
  EXPECT_THAT(error(Points(32, {0.5})), HasSubstr("gave a point of 1 coordinates instead of 2"));
  EXPECT_THAT(error(Points(32, {0.5, 1.5})),
              HasSubstr("gave 1.500000 for parameter \"p1\", outside the unit interval"));
  EXPECT_THAT(error(Points(32, {std::numeric_limits<double>::quiet_NaN(), 0})),
              HasSubstr("for parameter \"p0\", outside"));
}

TEST_F(RedrawsTest, NameTheStrategyThatFails) {
  Redraws failing =
      redraws([](const RedrawRequest&) -> Points { throw std::runtime_error("no idea"); });
  try {
    failing.redraw(evidence_, *design_, open_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the sampling strategy \"mine\" failed: no idea"));
  }
}

}  // namespace
}  // namespace weir
