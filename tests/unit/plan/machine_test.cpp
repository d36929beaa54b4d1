// What is said of machines, against the measurements it is made from.

#include "src/plan/machine.h"

#include <set>

#include <gtest/gtest.h>

namespace weir {
namespace {

const Machine& laptop() { return *find_machine("laptop"); }

TEST(MachineTest, EachHasItsNameAndAllItsFigures) {
  std::set<std::string_view> names;
  for (const auto& machine : machines()) {
    EXPECT_EQ(find_machine(machine.name), &machine);
    EXPECT_TRUE(names.insert(machine.name).second);
    for (const double rate :
         {machine.flops, machine.memory_rate, machine.batch_rate, machine.sum_rate})
      EXPECT_GT(rate, 1e9) << machine.name;
    EXPECT_NE(machine.source, "");
    EXPECT_NE(machine.gpu, machine.measured) << "no GPU has been measured";
  }
  EXPECT_EQ(find_machine("abacus"), nullptr);
}

/// docs/performance.md: 0.25 ms (10 of 40 200 samples/s), 6.7 ms (of 1500), 870 ms. Small networks
/// lie in the caches, of which the model knows nothing: it is slower there.
TEST(MachineTest, LaptopIsNearWhatWasMeasured) {
  const auto seconds = [](double values) {
    const double weights = 7 * 256 + 257 * 256 + 257 * values;
    return train_seconds(laptop(), {.weights = weights, .batch = 10, .sample_bytes = 4 * values});
  };
  EXPECT_NEAR(seconds(1e2), 0.25e-3, 0.3 * 0.25e-3);
  EXPECT_NEAR(seconds(1e4), 6.7e-3, 0.4 * 6.7e-3);
  EXPECT_NEAR(seconds(1e6), 870e-3, 0.1 * 870e-3);
}

TEST(MachineTest, ArithmeticCountsWhereABatchIsLarge) {
  const TrainingWork work{.weights = 1e6, .batch = 1000, .threads = 2};
  EXPECT_NEAR(train_seconds(laptop(), work), 6e9 / (2 * 90e9), 1e-3);
  const Machine& gpu = *find_machine("a100");
  const TrainingWork large{.weights = 1e8, .batch = 10'000, .precision = Precision::tf32};
  EXPECT_NEAR(train_seconds(gpu, large), 6e12 / (156e12 / 2), 1e-3);
}

TEST(MachineTest, SumsGoRoundARing) {
  EXPECT_EQ(sum_seconds(laptop(), 1e6, 1), 0);
  EXPECT_DOUBLE_EQ(sum_seconds(laptop(), 1e6, 2), 4e6 / 3e9);
  EXPECT_DOUBLE_EQ(sum_seconds(laptop(), 1e6, 4), 6e6 / 3e9);
}

TEST(MachineTest, SmallSamplesAreBoundByTheirNumberAndLargeOnesByTheirBytes) {
  EXPECT_NEAR(ingest_rate({}, 4096), 0.7e9, 0.1e9);
  EXPECT_NEAR(ingest_rate({}, 16 << 20), 4e9, 0.1e9);
  TransportSettings tcp;
  tcp.kind = TransportKind::tcp;
  EXPECT_NEAR(ingest_rate(tcp, 16 << 20), 0.65e9, 0.01e9);
  tcp.security = Security::none;
  EXPECT_NEAR(ingest_rate(tcp, 16 << 20), 2e9, 0.05e9);
}

}  // namespace
}  // namespace weir
