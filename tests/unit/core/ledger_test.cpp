#include "src/core/ledger.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/crc32c.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Crc32c, IsTheChecksumOfTheCheckString) { EXPECT_EQ(crc32c("123456789"), 0xe3069283u); }

TEST(Crc32c, OfTwoPiecesIsThatOfTheWhole) {
  EXPECT_EQ(crc32c("56789", crc32c("1234")), crc32c("123456789"));
}

TEST(Ledger, AcceptsASampleOnce) {
  Ledger ledger(/*steps=*/10, /*rank=*/0, /*ranks=*/1);
  EXPECT_FALSE(ledger.contains({3, 4}));
  EXPECT_TRUE(ledger.accept({3, 4}));
  EXPECT_TRUE(ledger.contains({3, 4}));
  EXPECT_FALSE(ledger.accept({3, 4}));
  EXPECT_EQ(ledger.counts().unique, 1u);
  EXPECT_EQ(ledger.counts().duplicate, 1u);
}

TEST(Ledger, KnowsADroppedSampleButDoesNotCallItAccepted) {
  Ledger ledger(/*steps=*/10, /*rank=*/0, /*ranks=*/1);
  EXPECT_TRUE(ledger.drop({0, 7}));
  EXPECT_TRUE(ledger.contains({0, 7}));
  EXPECT_FALSE(ledger.accept({0, 7}));
  EXPECT_EQ(ledger.counts().dropped, 1u);
  EXPECT_TRUE(ledger.accepted().empty());
}

TEST(Ledger, HoldsABitForEachKnownStep) {
  Ledger ledger(/*steps=*/10, /*rank=*/0, /*ranks=*/1);
  ledger.accept({1, 0});
  ledger.drop({1, 9});
  EXPECT_THAT(ledger.held(1), ElementsAre(0x01, 0x02));
  EXPECT_THAT(ledger.held(2), ElementsAre(0, 0));
}

TEST(Ledger, ListsWhatItAcceptedInOrder) {
  Ledger ledger(/*steps=*/10, /*rank=*/0, /*ranks=*/1);
  for (const SampleId id : {SampleId{2, 1}, SampleId{0, 9}, SampleId{2, 0}}) ledger.accept(id);
  EXPECT_THAT(ledger.accepted(), ElementsAre(SampleId{0, 9}, SampleId{2, 0}, SampleId{2, 1}));
}

TEST(Ledger, IsCompleteWhenEveryStepOfItsRankIsKnown) {
  constexpr std::size_t steps = 7, ranks = 3;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    Ledger ledger(steps, rank, ranks);
    for (std::uint64_t step = 0; step < steps; ++step) {
      if (rank_of({5, step}, ranks) != rank) continue;
      EXPECT_FALSE(ledger.complete(5)) << "rank " << rank << ", before step " << step;
      step % 2 == 0 ? ledger.accept({5, step}) : ledger.drop({5, step});
    }
    EXPECT_TRUE(ledger.complete(5)) << "rank " << rank;
  }
}

TEST(Ledger, IsCompleteForASimulationThatHasNothingForItsRank) {
  const Ledger ledger(/*steps=*/1, /*rank=*/1, /*ranks=*/4);
  EXPECT_TRUE(ledger.complete(0));
  EXPECT_FALSE(ledger.complete(1));
}

class LedgerFile : public testing::Test {
 protected:
  LedgerFile() {
    for (std::uint64_t sim = 0; sim < 4; ++sim) ledger_.accept({sim * 1000, 8});
    ledger_.drop({1, 2});
    ledger_.accept({1, 2});
    ledger_.save(posix_file_system(), path_);
  }

  void rewrite(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }
  std::string bytes() { return posix_file_system().read(path_); }
  static std::string sealed(std::string content) {
    const std::uint32_t crc = crc32c(content);
    for (int k = 0; k < 4; ++k) content += static_cast<char>(crc >> (8 * k));
    return content;
  }
  std::string refusal() {
    try {
      Ledger::load(posix_file_system(), path_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "ledger.0";
  Ledger ledger_{/*steps=*/9, /*rank=*/1, /*ranks=*/2};
};

TEST_F(LedgerFile, IsReadBackAsItWas) {
  const Ledger read = Ledger::load(posix_file_system(), path_);
  EXPECT_EQ(read.accepted(), ledger_.accepted());
  EXPECT_EQ(read.held(1), ledger_.held(1));
  EXPECT_EQ(read.counts().unique, 4u);
  EXPECT_EQ(read.counts().duplicate, 1u);
  EXPECT_EQ(read.counts().dropped, 1u);
  EXPECT_EQ(read.steps(), 9u);
  EXPECT_EQ(read.rank(), 1u);
  EXPECT_EQ(read.ranks(), 2u);
}

TEST_F(LedgerFile, IsRefusedWhenAnyByteIsChanged) {
  const std::string good = bytes();
  for (std::size_t k = 0; k < good.size(); ++k) {
    std::string bad = good;
    bad[k] = static_cast<char>(bad[k] ^ 0x10);
    rewrite(bad);
    EXPECT_THAT(refusal(), HasSubstr(path_.string())) << "byte " << k;
  }
}

TEST_F(LedgerFile, IsRefusedWhereverItIsCut) {
  const std::string good = bytes();
  for (std::size_t size = 0; size < good.size(); ++size) {
    rewrite(good.substr(0, size));
    EXPECT_NE(refusal(), "") << "size " << size;
  }
}

TEST_F(LedgerFile, OfAnotherVersionIsNamedAsSuch) {
  std::string other = bytes().substr(0, bytes().size() - 4);
  other[8] = 2;
  rewrite(sealed(other));
  EXPECT_THAT(refusal(), HasSubstr("version 2"));
}

TEST_F(LedgerFile, WhoseSizesLieIsRefusedBeforeAnythingIsAllocated) {
  for (const std::size_t word : {0, 2, 6}) {  // steps, ranks, simulations
    std::string lying = bytes().substr(0, bytes().size() - 4);
    for (std::size_t k = 0; k < 8; ++k) lying[16 + 8 * word + k] = word == 2 ? '\0' : '\xff';
    rewrite(sealed(lying));
    EXPECT_THAT(refusal(), HasSubstr("contradicts itself")) << "word " << word;
  }
}

}  // namespace
}  // namespace weir
