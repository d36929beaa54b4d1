#include "server/restart.h"

#include <array>
#include <mutex>

#include <gmock/gmock.h>

#include "src/core/error.h"
#include "src/wire/endpoint_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/collective/thread_collective.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RestartTest : public testing::Test {
 protected:
  void publish(std::uint64_t number, std::size_t ranks = 2) {
    CutName name{number, /*batch=*/10 * number, /*epoch=*/0, study, schema, ranks};
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      RankCut cut;
      cut.name = name;
      cut.rank = rank;
      if (rank == 0) cut.training = TrainingState{name.batch, {}, "{}"};
      cut.server = "{}";
      CheckpointFolder(files_, directory_.checkpoints()).write_part(cut, rank);
    }
    folder_.publish(name);
  }
  void write_endpoints(std::uint64_t epoch) {
    files_.make_directories(directory_.run(), 0700);
    wire::EndpointFile file;
    file.epoch = epoch;
    file.endpoints = {"ipc:///nowhere"};
    wire::write_endpoint_file(files_, directory_.endpoint(), file);
  }
  void damage(std::uint64_t number, std::size_t rank) {
    const auto folder =
        directory_.checkpoints() / std::to_string(number) / ("rank." + std::to_string(rank));
    const auto victim = folder / files_.list(folder).at(0);
    std::string content = files_.read(victim);
    content[content.size() / 2] ^= 1;
    files_.replace(victim, content, 0600);
  }
  /// What two ranks choose, each for itself.
  std::array<std::optional<std::uint64_t>, 2> choose(const std::vector<std::uint64_t>& cuts,
                                                     const CutName& mine) {
    std::array<std::optional<std::uint64_t>, 2> chosen;
    test::on_ranks(2, [&](Collective& collective) {
      const auto warn = [&](const std::string& text) {
        const std::lock_guard lock(mutex_);
        warnings_.push_back(text);
      };
      try {
        chosen[collective.rank()] = choose_cut(collective, folder_, cuts, mine, warn);
      } catch (const Error& error) {
        const std::lock_guard lock(mutex_);
        errors_.push_back(error.what());
      }
    });
    return chosen;
  }
  Past look(bool resume) { return look_back(files_, directory_, folder_, resume); }

  static constexpr std::uint64_t study = 77, schema = 5;
  test::TemporaryFolder root_;
  FileSystem& files_ = posix_file_system();
  StudyDirectory directory_{root_.path()};
  CheckpointFolder folder_{files_, directory_.checkpoints()};
  CutName mine_{.number = 0, .batch = 0, .epoch = 0, .study = study, .schema = schema, .ranks = 2};
  std::mutex mutex_;
  std::vector<std::string> warnings_, errors_;
};

TEST_F(RestartTest, BeginsWithEpoch0InANewDirectory) {
  const Past past = look(/*resume=*/false);
  EXPECT_EQ(past.epoch, 0u);
  EXPECT_FALSE(past.done);
  EXPECT_THAT(past.cuts, IsEmpty());
}

TEST_F(RestartTest, RaisesTheEpochAboveEveryServerThatEverListened) {
  write_endpoints(/*epoch=*/4);
  EXPECT_EQ(look(/*resume=*/true).epoch, 5u);
  EXPECT_TRUE(superseded(files_, directory_, 3));
  EXPECT_FALSE(superseded(files_, directory_, 4));
}

TEST_F(RestartTest, RefusesADirectoryWithCheckpointsUnlessItIsToGoOn) {
  publish(1);
  publish(2);
  EXPECT_THAT(look(/*resume=*/true).cuts, ElementsAre(2u, 1u));
  try {
    look(/*resume=*/false);
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), AllOf(HasSubstr(root_.path().string()), HasSubstr("--resume")));
  }
}

TEST_F(RestartTest, KnowsThatAStudyIsDone) {
  files_.replace(directory_.summary(), R"({"status":"stopped"})", 0600);
  EXPECT_FALSE(look(true).done);
  files_.replace(directory_.summary(), R"({"status":"do)", 0600);
  EXPECT_FALSE(look(true).done);
  files_.replace(directory_.summary(), R"({"status":"done"})", 0600);
  EXPECT_TRUE(look(true).done);
  EXPECT_FALSE(look(false).done);
}

TEST_F(RestartTest, ChoosesTheNewestCut) {
  publish(1);
  publish(2);
  EXPECT_THAT(choose({2, 1}, mine_), ElementsAre(2u, 2u));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(RestartTest, PassesOverOnAllRanksWhatIsDamagedOnOne) {
  publish(1);
  publish(2);
  damage(2, /*rank=*/1);
  EXPECT_THAT(choose({2, 1}, mine_), ElementsAre(1u, 1u));
  EXPECT_THAT(warnings_, testing::Contains(AllOf(HasSubstr("checkpoint 2"), HasSubstr("rank.1"))));
}

TEST_F(RestartTest, WarnsWhenNoCutIsWhole) {
  publish(1);
  damage(1, /*rank=*/0);
  EXPECT_THAT(choose({1}, mine_), ElementsAre(std::nullopt, std::nullopt));
  EXPECT_THAT(warnings_, testing::Contains(HasSubstr("starts from nothing")));
}

TEST_F(RestartTest, RefusesOnAllRanksACutOfAnotherNumberOfRanks) {
  publish(1, /*ranks=*/1);
  choose({1}, mine_);
  EXPECT_THAT(errors_, ElementsAre(AllOf(HasSubstr("1 server rank,"), HasSubstr("has 2")),
                                   AllOf(HasSubstr("1 server rank,"), HasSubstr("has 2"))));
}

TEST_F(RestartTest, RefusesACutOfAnotherStudyOrOfOtherFields) {
  publish(1);
  CutName other = mine_;
  other.study = study + 1;
  choose({1}, other);
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("another study"), HasSubstr("another study")));
  other.schema = schema + 1;
  errors_.clear();
  choose({1}, other);
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("other fields"), HasSubstr("other fields")));
}

TEST_F(RestartTest, TellsEveryRankWhatRank0HasFound) {
  std::array<Past, 2> pasts;
  test::on_ranks(2, [&](Collective& collective) {
    const Past mine = collective.rank() == 0 ? Past{3, true, {9, 8}} : Past{};
    pasts[collective.rank()] = agree_on_past(collective, mine);
  });
  for (const Past& past : pasts) {
    EXPECT_EQ(past.epoch, 3u);
    EXPECT_TRUE(past.done);
    EXPECT_THAT(past.cuts, ElementsAre(9u, 8u));
  }
}

}  // namespace
}  // namespace weir
