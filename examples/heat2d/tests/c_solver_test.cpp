// The C solver against what is known exactly, on any number of ranks.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <mpi.h>
#include <stdlib.h>

extern "C" {
#include "examples/heat2d/c/checkpoint.h"
#include "examples/heat2d/c/solver.h"
}

namespace {

const double pi = std::acos(-1.0);
const double decay = 2 * HEAT_ALPHA * std::pow(pi / HEAT_LENGTH, 2);  // of the slowest mode, 1/s

double slowest_mode(double x, double y) {
  return std::sin(pi * x / HEAT_LENGTH) * std::sin(pi * y / HEAT_LENGTH);
}
double plane(double x, double y) { return 100 + 20 * x + 5 * y; }

class HeatSolver {
 public:
  HeatSolver(int n, double dt) { status_ = solver_create(&solver_, MPI_COMM_WORLD, n, dt); }
  ~HeatSolver() {
    if (status_ == SOLVER_OK) solver_free(&solver_);
  }
  HeatSolver(const HeatSolver&) = delete;

  SolverStatus status() const { return status_; }
  Solver* operator->() { return &solver_; }
  Solver* get() { return &solver_; }
  std::vector<double> u() const { return {solver_.u, solver_.u + point_count(&solver_)}; }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) ASSERT_GE(advance(&solver_), 0) << "step " << step;
  }
  std::vector<double> values_of(PlaceFunction place) {
    const auto kept = u();
    set_initial(&solver_, place);
    auto values = u();
    std::copy(kept.begin(), kept.end(), solver_.u);
    return values;
  }

 private:
  Solver solver_;
  SolverStatus status_;
};

/// Over all ranks, from amplitude × slowest mode.
double largest_distance_from_mode(HeatSolver& solver, double amplitude) {
  const auto mode = solver.values_of(slowest_mode), values = solver.u();
  double distance = 0;
  for (std::size_t k = 0; k < mode.size(); ++k)
    distance = std::max(distance, std::abs(values[k] - amplitude * mode[k]));
  MPI_Allreduce(MPI_IN_PLACE, &distance, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return distance;
}

double error_after(int n, double dt, int steps) {
  HeatSolver solver(n, dt);
  set_initial(solver.get(), slowest_mode);
  solver.run(steps);
  return largest_distance_from_mode(solver, std::exp(-decay * dt * steps));
}

TEST(CSolver, DecaysAsTheDiscreteEquationSays) {
  constexpr int steps = 50;
  HeatSolver solver(/*n=*/31, /*dt=*/0.01);
  set_initial(solver.get(), slowest_mode);
  solver.run(steps);
  const double factor = 1 / (1 + 4 * solver->c * (1 - std::cos(pi * solver->grid.h / HEAT_LENGTH)));
  EXPECT_LT(largest_distance_from_mode(solver, std::pow(factor, steps)), 1e-8);
}

TEST(CSolver, HalfTheGridDistanceGivesAQuarterOfTheError) {
  EXPECT_NEAR(error_after(15, 1e-4, 100) / error_after(31, 1e-4, 100), 4, 0.2);
}

TEST(CSolver, HalfTheTimeStepGivesHalfTheError) {
  EXPECT_NEAR(error_after(127, 0.1, 10) / error_after(127, 0.05, 20), 2, 0.1);
}

TEST(CSolver, ReachesThePlaneThatTheBoundarySpans) {
  HeatSolver solver(/*n=*/20, /*dt=*/1e4);
  solver->tolerance = 1e-12;
  set_boundary(solver.get(), plane);
  solver.run(5);
  const auto exact = solver.values_of(plane), values = solver.u();
  for (std::size_t k = 0; k < exact.size(); ++k) EXPECT_NEAR(values[k] / exact[k], 1, 1e-8);
}

TEST(CSolver, StaysWithinTheGivenTemperatures) {
  const double temperatures[5] = {300, 100, 500, 250, 400};
  HeatSolver solver(/*n=*/25, /*dt=*/0.1);
  set_temperatures(solver.get(), temperatures);
  const double slack = 500 * 25 * solver->tolerance;
  for (int step = 0; step < 50; ++step) {
    solver.run(1);
    const auto values = solver.u();
    EXPECT_GE(*std::min_element(values.begin(), values.end()), 100 - slack);
    EXPECT_LE(*std::max_element(values.begin(), values.end()), 500 + slack);
  }
}

TEST(CSolver, GathersPointsWhereTheyLie) {
  HeatSolver solver(/*n=*/11, /*dt=*/0.1);
  set_initial(solver.get(), plane);
  const std::unique_ptr<double, decltype(&std::free)> field(gather_field(&solver->grid, solver->u),
                                                            &std::free);
  const double h = solver->grid.h;
  for (int j = 0; field && j < 11; ++j)
    for (int i = 0; i < 11; ++i)
      EXPECT_NEAR(field.get()[j * 11 + i], plane((i + 1) * h, (j + 1) * h), 1e-9) << i << ' ' << j;
}

/// A folder that all ranks see, made and removed by rank 0.
class SharedFolder {
 public:
  SharedFolder() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    if (rank_ == 0 && !mkdtemp(path_)) path_[0] = 0;
    MPI_Bcast(path_, sizeof path_, MPI_CHAR, 0, MPI_COMM_WORLD);
  }
  ~SharedFolder() {
    MPI_Barrier(MPI_COMM_WORLD);
    std::error_code ignored;
    if (rank_ == 0) std::filesystem::remove_all(path_, ignored);
  }
  SharedFolder(const SharedFolder&) = delete;
  std::string path(const char* name) const { return std::string(path_) + "/" + name; }
  bool root() const { return rank_ == 0; }

 private:
  char path_[32] = "/tmp/weir-heat2d-XXXXXX";
  int rank_ = 0;
};

TEST(CSolver, ReadsTheNewestCheckpointThatIsNotTooNew) {
  const SharedFolder folder;
  const std::string prefix = folder.path("heat");
  HeatSolver solver(/*n=*/11, /*dt=*/0.1);
  set_initial(solver.get(), plane);
  const auto kept = solver.u();
  ASSERT_TRUE(write_checkpoint(solver.get(), prefix.c_str(), 10));
  set_initial(solver.get(), slowest_mode);
  ASSERT_TRUE(write_checkpoint(solver.get(), prefix.c_str(), 20));
  EXPECT_EQ(read_checkpoint(solver.get(), prefix.c_str(), 19), 10);
  EXPECT_EQ(solver.u(), kept);
  EXPECT_EQ(read_checkpoint(solver.get(), prefix.c_str(), 9), 0);
  EXPECT_EQ(solver.u(), kept);
}

TEST(CSolver, PassesOverACheckpointThatIsCutShortOrOfAnotherGrid) {
  const SharedFolder folder;
  const std::string prefix = folder.path("heat");
  HeatSolver solver(/*n=*/11, /*dt=*/0.1), other(/*n=*/12, /*dt=*/0.1);
  for (const int step : {10, 20}) ASSERT_TRUE(write_checkpoint(solver.get(), prefix.c_str(), step));
  ASSERT_TRUE(write_checkpoint(other.get(), prefix.c_str(), 30));
  if (folder.root()) std::filesystem::resize_file(prefix + ".20", 900);
  MPI_Barrier(MPI_COMM_WORLD);
  EXPECT_EQ(read_checkpoint(solver.get(), prefix.c_str(), 40), 10);
}

TEST(CSolver, SaysOnEveryRankThatACheckpointCannotBeWritten) {
  HeatSolver solver(/*n=*/11, /*dt=*/0.1);
  EXPECT_FALSE(write_checkpoint(solver.get(), "/nowhere/heat", 10));
}

TEST(CSolver, RefusesMoreRanksThanPoints) {
  int ranks;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  HeatSolver solver(/*n=*/1, /*dt=*/0.1);
  EXPECT_EQ(solver.status(), ranks == 1 ? SOLVER_OK : SOLVER_TOO_MANY_RANKS);
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  MPI_Finalize();
  return failed;
}
