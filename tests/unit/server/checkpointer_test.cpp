#include "server/checkpointer.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "src/core/clock.h"
#include "src/core/error.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto long_enough = std::chrono::seconds(10);

/// Says what it is told to do; a write or a publication may be held up or fail.
class FakeFiles final : public CutFiles {
 public:
  PartWritten write(RankCut& cut) override {
    pass_gate();
    if (broken) throw Error(ErrorKind::environment, "cannot write /x/part: no space left");
    written.push_back(cut.name.number);
    PartWritten part;
    part.bytes = 100;
    return part;
  }
  void publish(const CutName& name) override {
    if (publication_broken) throw Error(ErrorKind::environment, "cannot rename /x");
    published.push_back(name.number);
  }
  void give_up(std::uint64_t number) noexcept override { given_up.push_back(number); }

  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void let_go() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }

  bool broken = false, publication_broken = false;
  std::vector<std::uint64_t> written, published, given_up;

 private:
  void pass_gate() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, long_enough, [this] { return !held_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

class Told final : public CutObserver {
 public:
  void published(const CutCost& cost, const StoreState*, const std::vector<RowPlace>&) override {
    durable.push_back(cost.number);
    last = cost;
  }
  void failed(const std::string& reason) override { failures.push_back(reason); }

  std::vector<std::uint64_t> durable;
  CutCost last;
  std::vector<std::string> failures;
};

struct Rank {
  Rank(const CheckpointSettings& settings, std::size_t rank, const bool& superseded,
       const Clock& clock)
      : checkpointer(
            settings, CutName{.number = 7}, rank, files, told, [&superseded] { return superseded; },
            clock) {}
  FakeFiles files;
  Told told;
  Checkpointer checkpointer;
};

class CheckpointerTest : public testing::Test {
 protected:
  void start(std::size_t ranks) {
    for (std::size_t rank = 0; rank < ranks; ++rank)
      ranks_.push_back(std::make_unique<Rank>(settings_, rank, superseded_, clock_));
  }
  /// One round of all ranks, as agree() makes it, and the cut when one is agreed.
  Agreed round(bool step = true) {
    Agreed agreed;
    agreed.step = step;
    agreed.cut_written = true;
    for (auto& rank : ranks_) {
      RoundInput input;
      rank->checkpointer.before_round(input, worth_);
      agreed.cut |= input.cut;
      agreed.cut_written &= input.cut_written;
      agreed.cut_failed |= input.cut_failed;
      agreed.cut_published |= input.cut_published;
    }
    for (auto& rank : ranks_) rank->checkpointer.after_round(agreed);
    if (agreed.cut) {
      ++cuts_;
      for (auto& rank : ranks_) {
        TrainingState training;
        training.batch = 40;
        rank->checkpointer.cut(std::move(training), nullptr, "{}");
      }
    }
    return agreed;
  }
  bool settled() const {
    for (const auto& rank : ranks_)
      if (!rank->checkpointer.settled()) return false;
    return true;
  }
  /// Rounds without steps until no cut is in progress.
  void settle() {
    const auto deadline = std::chrono::steady_clock::now() + long_enough;
    while (!settled()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      round(/*step=*/false);
      std::this_thread::yield();
    }
  }
  void take_a_cut() {
    ranks_[0]->checkpointer.request();
    round();
    settle();
  }

  CheckpointSettings settings_{/*every=*/60, /*batches=*/std::nullopt, /*keep=*/2};
  ManualClock clock_;
  bool superseded_ = false, worth_ = true;
  int cuts_ = 0;
  std::vector<std::unique_ptr<Rank>> ranks_;
};

TEST_F(CheckpointerTest, CutsWhenTheTimeHasComeAndNotBefore) {
  start(1);
  round();
  EXPECT_EQ(cuts_, 0);
  clock_.advance(std::chrono::seconds(60));
  round();
  EXPECT_EQ(cuts_, 1);
  settle();
  EXPECT_THAT(ranks_[0]->files.published, ElementsAre(7u));
  EXPECT_THAT(ranks_[0]->told.durable, ElementsAre(7u));
  EXPECT_EQ(ranks_[0]->told.last.batch, 40u);
  EXPECT_EQ(ranks_[0]->told.last.bytes, 100u);
}

TEST_F(CheckpointerTest, CutsAfterSoManyBatches) {
  settings_ = {/*every=*/0, /*batches=*/3, /*keep=*/2};
  start(1);
  round(), round(), round(/*step=*/false);
  EXPECT_EQ(cuts_, 0);
  round();
  EXPECT_EQ(cuts_, 0) << "a round is decided before its own step";
  round();
  EXPECT_EQ(cuts_, 1);
  settle();
  round(), round();
  EXPECT_EQ(cuts_, 1);
  round();
  EXPECT_EQ(cuts_, 2) << "the step of the round that cut counts";
}

TEST_F(CheckpointerTest, CutsNothingThatIsNotWorthIt) {
  worth_ = false;
  start(1);
  ranks_[0]->checkpointer.request();
  clock_.advance(std::chrono::seconds(100));
  round();
  EXPECT_EQ(cuts_, 0);
  EXPECT_TRUE(settled());
}

TEST_F(CheckpointerTest, NumbersTheCutsOnwards) {
  start(1);
  take_a_cut();
  take_a_cut();
  EXPECT_THAT(ranks_[0]->files.published, ElementsAre(7u, 8u));
}

TEST_F(CheckpointerTest, PublishesOnlyWhatAllRanksHaveWritten) {
  start(2);
  ranks_[1]->files.hold();
  ranks_[0]->checkpointer.request();
  for (int k = 0; k < 50; ++k) {
    round();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(cuts_, 1) << "one at a time";
  EXPECT_THAT(ranks_[0]->files.published, IsEmpty());
  ranks_[1]->files.let_go();
  settle();
  EXPECT_THAT(ranks_[0]->files.published, ElementsAre(7u));
  EXPECT_THAT(ranks_[1]->files.published, IsEmpty()) << "rank 0 alone publishes";
  EXPECT_THAT(ranks_[1]->told.durable, ElementsAre(7u));
}

TEST_F(CheckpointerTest, TellsNothingDurableWhosePublicationFailed) {
  start(2);
  ranks_[0]->files.publication_broken = true;
  take_a_cut();
  EXPECT_THAT(ranks_[0]->told.durable, IsEmpty());
  EXPECT_THAT(ranks_[1]->told.durable, IsEmpty());
  EXPECT_THAT(ranks_[0]->files.given_up, ElementsAre(7u));
  EXPECT_THAT(ranks_[0]->told.failures, ElementsAre(HasSubstr("cannot rename /x")));
}

TEST_F(CheckpointerTest, GivesACutUpOnAllRanksWhenOneCannotWriteAndTriesAgainWhenItIsDue) {
  start(2);
  ranks_[1]->files.broken = true;
  take_a_cut();
  EXPECT_THAT(ranks_[0]->files.published, IsEmpty());
  EXPECT_THAT(ranks_[0]->files.given_up, ElementsAre(7u));
  EXPECT_THAT(ranks_[1]->told.failures, ElementsAre(HasSubstr("/x/part")));
  EXPECT_THAT(ranks_[0]->told.failures, IsEmpty());
  ranks_[1]->files.broken = false;
  round();
  EXPECT_EQ(cuts_, 1) << "the next is not due yet";
  clock_.advance(std::chrono::seconds(60));
  round();
  settle();
  EXPECT_THAT(ranks_[1]->told.durable, ElementsAre(8u));
}

TEST_F(CheckpointerTest, WarnsOnceUntilACutSucceedsAgain) {
  start(1);
  ranks_[0]->files.broken = true;
  take_a_cut();
  take_a_cut();
  EXPECT_EQ(ranks_[0]->told.failures.size(), 1u);
  ranks_[0]->files.broken = false;
  take_a_cut();
  ranks_[0]->files.broken = true;
  take_a_cut();
  EXPECT_EQ(ranks_[0]->told.failures.size(), 2u);
}

TEST_F(CheckpointerTest, EndsBeforeItPublishesWhenALaterServerIsThere) {
  start(1);
  superseded_ = true;
  ranks_[0]->checkpointer.request();
  const auto until_it_ends = [&] {
    const auto deadline = std::chrono::steady_clock::now() + long_enough;
    while (std::chrono::steady_clock::now() < deadline) round();
  };
  EXPECT_THROW(until_it_ends(), Error);
  EXPECT_THAT(ranks_[0]->files.published, IsEmpty());
}

}  // namespace
}  // namespace weir
