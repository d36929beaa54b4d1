// The cavity's solver against published values and against itself, on any number of ranks.

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <mpi.h>

extern "C" {
#include "examples/cavity/c/flow.h"
}

namespace {

class Cavity {
 public:
  Cavity(int n, double lid, double viscosity, MPI_Comm comm = MPI_COMM_WORLD) {
    status_ = flow_create(&flow_, comm, n, lid, viscosity);
  }
  ~Cavity() {
    if (status_ == FLOW_OK) flow_free(&flow_);
  }
  Cavity(const Cavity&) = delete;

  FlowStatus status() const { return status_; }
  Flow* get() { return &flow_; }
  Flow* operator->() { return &flow_; }

  /// u, v and p in the middle of all cells, from the bottom, on every rank.
  std::vector<std::vector<double>> fields() {
    const auto cells = static_cast<std::size_t>(flow_.rows) * flow_.n;
    std::vector<std::vector<double>> own(3, std::vector<double>(cells)), all;
    flow_centres(&flow_, own[0].data(), own[1].data(), own[2].data());
    for (const auto& field : own) all.push_back(gathered(field));
    return all;
  }

 private:
  std::vector<double> gathered(const std::vector<double>& own) {
    std::vector<int> counts(flow_.ranks), starts(flow_.ranks, 0);
    const int count = static_cast<int>(own.size());
    MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, flow_.comm);
    for (int k = 1; k < flow_.ranks; ++k) starts[k] = starts[k - 1] + counts[k - 1];
    std::vector<double> all(static_cast<std::size_t>(flow_.n) * flow_.n);
    MPI_Allgatherv(own.data(), count, MPI_DOUBLE, all.data(), counts.data(), starts.data(),
                   MPI_DOUBLE, flow_.comm);
    return all;
  }

  Flow flow_{};
  FlowStatus status_;
};

/// Of a field in the middle of cells, between the four cells around (x, y).
double interpolated(const std::vector<double>& field, int n, double x, double y) {
  const int i = static_cast<int>(x * n - 0.5), j = static_cast<int>(y * n - 0.5);
  const double a = x * n - 0.5 - i, b = y * n - 0.5 - j;
  const auto value = [&](int row, int column) { return field[row * n + column]; };
  return (1 - b) * ((1 - a) * value(j, i) + a * value(j, i + 1)) +
         b * ((1 - a) * value(j + 1, i) + a * value(j + 1, i + 1));
}

int ranks() {
  int ranks = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

// That several ranks come to the flow of one has a test; ranks that wait for each other thousands
// of times take minutes where other programs want the cores as well.
constexpr const char* same_on_one = "is the same on one rank";

struct Published {
  double place, value;
};

// U. Ghia, K. N. Ghia, C. T. Shin, J. Comput. Phys. 48 (1982), tables I and II, Reynolds number
// 100.
constexpr Published u_above_the_middle[] = {
    {0.0547, -0.03717}, {0.1016, -0.06434}, {0.1719, -0.10150}, {0.2813, -0.15662},
    {0.4531, -0.21090}, {0.5000, -0.20581}, {0.6172, -0.13641}, {0.7344, 0.00332},
    {0.8516, 0.23151},  {0.9531, 0.68717},  {0.9766, 0.84123}};
constexpr Published v_beside_the_middle[] = {
    {0.0625, 0.09233},  {0.0938, 0.12317},  {0.1563, 0.16077},
    {0.2266, 0.17507},  {0.5000, 0.05454},  {0.8047, -0.24533},
    {0.8594, -0.22445}, {0.9063, -0.16914}, {0.9609, -0.07391}};

TEST(CavityFlow, ComesToThePublishedCentreLinesAtReynoldsNumber100) {
  if (ranks() > 1) GTEST_SKIP() << same_on_one;
  constexpr int n = 48;
  Cavity cavity(n, /*lid=*/1, /*viscosity=*/0.01);
  ASSERT_GT(flow_advance(cavity.get(), /*duration=*/15), 0);
  const auto fields = cavity.fields();
  for (const auto& [y, value] : u_above_the_middle)
    EXPECT_NEAR(interpolated(fields[0], n, 0.5, y), value, 0.01) << "u at height " << y;
  for (const auto& [x, value] : v_beside_the_middle)
    EXPECT_NEAR(interpolated(fields[1], n, x, 0.5), value, 0.01) << "v at " << x;
}

TEST(CavityFlow, IsFreeOfDivergence) {
  Cavity cavity(24, /*lid=*/2, /*viscosity=*/0.02);
  ASSERT_GT(flow_advance(cavity.get(), /*duration=*/0.5), 0);
  EXPECT_LT(flow_largest_divergence(cavity.get()), 1e-4);
  const auto fields = cavity.fields();
  double largest = 0, pressure = 0;
  for (const double u : fields[0]) largest = std::max(largest, u);
  for (const double p : fields[2]) pressure += p;
  EXPECT_GT(largest, 0.5) << "the fluid moves";
  EXPECT_NEAR(pressure, 0, 1e-9) << "the pressure's mean is 0";
}

TEST(CavityFlow, IsTheSameForEveryNumberOfRanks) {
  Cavity cut(17, /*lid=*/1, /*viscosity=*/0.01);
  Cavity whole(17, /*lid=*/1, /*viscosity=*/0.01, MPI_COMM_SELF);
  ASSERT_GT(flow_advance(cut.get(), /*duration=*/1), 0);
  ASSERT_GT(flow_advance(whole.get(), /*duration=*/1), 0);
  const auto some = cut.fields(), one = whole.fields();
  for (std::size_t field = 0; field < 3; ++field)
    for (std::size_t k = 0; k < one[field].size(); ++k)
      ASSERT_NEAR(some[field][k], one[field][k], 1e-5) << "field " << field << ", cell " << k;
}

TEST(CavityFlow, FollowsASimilarityLaw) {
  if (ranks() > 1) GTEST_SKIP() << same_on_one;
  // Twice the speed and twice the viscosity: the same flow in half the time, 4 times the pressure.
  Cavity slow(16, /*lid=*/0.5, /*viscosity=*/0.01), fast(16, /*lid=*/1, /*viscosity=*/0.02);
  ASSERT_GT(flow_advance(slow.get(), /*duration=*/2), 0);
  ASSERT_GT(flow_advance(fast.get(), /*duration=*/1), 0);
  const auto a = slow.fields(), b = fast.fields();
  for (std::size_t k = 0; k < a[0].size(); ++k) {
    ASSERT_NEAR(2 * a[0][k], b[0][k], 1e-5);
    ASSERT_NEAR(4 * a[2][k], b[2][k], 1e-3);
  }
}

TEST(CavityFlow, RefusesMoreRanksThanRows) {
  if (ranks() < 3) GTEST_SKIP() << "needs three ranks";
  EXPECT_EQ(Cavity(2, 1, 0.01).status(), FLOW_TOO_MANY_RANKS);
}

TEST(CavityFlow, SaysThatItDiverges) {
  Cavity cavity(8, /*lid=*/1, /*viscosity=*/0.01);
  cavity->u[at(cavity.get(), 0, 3)] = std::nan("");
  EXPECT_EQ(flow_advance(cavity.get(), /*duration=*/0.1), -1);
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  ::testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  MPI_Finalize();
  return result;
}
