#include "client_api/agreement.h"

#include <barrier>
#include <cstring>
#include <new>
#include <thread>

#include <gmock/gmock.h>

namespace weir::client {
namespace {

using ::testing::HasSubstr;

/// Ranks that are threads.
class Team {
 public:
  explicit Team(std::size_t size) : words_(size), barrier_(static_cast<std::ptrdiff_t>(size)) {}

  class Member final : public Ranks {
   public:
    Member(Team& team, std::size_t rank) : team_(team), rank_(rank) {}
    std::size_t rank() const override { return rank_; }
    std::size_t size() const override { return team_.words_.size(); }
    std::vector<std::uint64_t> gather_words(std::span<const std::uint64_t> words) override {
      team_.words_[rank_] = {words.begin(), words.end()};
      team_.barrier_.arrive_and_wait();
      std::vector<std::uint64_t> all;
      if (root())
        for (const auto& one : team_.words_) all.insert(all.end(), one.begin(), one.end());
      team_.barrier_.arrive_and_wait();
      return all;
    }
    void gather_values(std::span<float>, std::span<const std::size_t>) override {}
    void broadcast(std::span<std::byte> bytes) override {
      if (root()) team_.bytes_ = bytes;
      team_.barrier_.arrive_and_wait();
      EXPECT_EQ(bytes.size(), team_.bytes_.size());
      if (!root()) std::memcpy(bytes.data(), team_.bytes_.data(), bytes.size());
      team_.barrier_.arrive_and_wait();
    }

   private:
    Team& team_;
    const std::size_t rank_;
  };

  /// What `act` gives on each rank: a number, or a failure's status and text.
  template <class Act>
  std::vector<std::string> outcomes(const Act& act) {
    std::vector<std::string> outcomes(words_.size());
    std::vector<std::jthread> threads;
    for (std::size_t rank = 0; rank < outcomes.size(); ++rank)
      threads.emplace_back([&, rank] {
        Member member(*this, rank);
        try {
          outcomes[rank] = std::to_string(act(Agreement(member), rank));
        } catch (const Failure& failure) {
          outcomes[rank] = std::string(weir_strerror(failure.status())) + ": " + failure.what();
        }
      });
    threads.clear();
    return outcomes;
  }

 private:
  std::vector<std::vector<std::uint64_t>> words_;
  std::span<std::byte> bytes_;
  std::barrier<> barrier_;
};

class AgreementTest : public ::testing::Test {
 protected:
  std::string failed(weir_status status, const std::string& text) {
    return std::string(weir_strerror(status)) + ": " + text;
  }
  Team team_{3};
};

TEST_F(AgreementTest, IsWhatTheRootAnswers) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t rank) {
    return agreement.decide([rank] { return 40 + rank; });
  });
  EXPECT_THAT(outcomes, ::testing::ElementsAre("40", "40", "40"));
}

TEST_F(AgreementTest, IsTheRootsFailureWithItsWords) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t rank) {
    return agreement.decide([rank]() -> std::uint64_t {
      throw Failure(WEIR_ERROR_REJECTED, "by rank " + std::to_string(rank));
    });
  });
  EXPECT_THAT(outcomes, ::testing::Each(failed(WEIR_ERROR_REJECTED, "by rank 0")));
}

TEST_F(AgreementTest, TellsWhatTheRootDidNotForesee) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t) {
    return agreement.decide([]() -> std::uint64_t { throw std::bad_alloc(); });
  });
  EXPECT_THAT(outcomes, ::testing::Each(HasSubstr(weir_strerror(WEIR_ERROR_MEMORY))));
}

TEST_F(AgreementTest, GivesTheRootTheWordsInTheOrderOfTheRanks) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t rank) {
    return agreement.decide(Part{}, 7 + rank, [](const std::vector<std::size_t>& words) {
      return words[0] * 100 + words[1] * 10 + words[2];
    });
  });
  EXPECT_THAT(outcomes, ::testing::Each("789"));
}

TEST_F(AgreementTest, NamesTheRankWhosePartIsWrongAndLeavesThatItsOwnWords) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t rank) {
    Part part;
    if (rank == 1) part = part_of(Failure(WEIR_ERROR_ARGUMENT, "a null pointer"));
    return agreement.decide(part, 0, [](const auto&) -> std::uint64_t {
      ADD_FAILURE() << "the root decided nevertheless";
      return 0;
    });
  });
  const auto of_rank_1 =
      failed(WEIR_ERROR_ARGUMENT, std::string("on rank 1: ") + weir_strerror(WEIR_ERROR_ARGUMENT));
  EXPECT_THAT(outcomes, ::testing::ElementsAre(
                            of_rank_1, failed(WEIR_ERROR_ARGUMENT, "a null pointer"), of_rank_1));
}

TEST_F(AgreementTest, RefusesRanksThatNameDifferentFields) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t rank) {
    Part part;
    part.field = rank == 2 ? 1 : 0;
    return agreement.decide(part, 0, [](const auto&) { return 0; });
  });
  EXPECT_THAT(outcomes, ::testing::Each(
                            failed(WEIR_ERROR_ARGUMENT, "rank 2 names another field than rank 0")));
}

TEST_F(AgreementTest, RefusesRanksThatSayDifferentTimes) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t rank) {
    Part part;
    part.time = rank == 1 ? 0.1000000001 : 0.1;
    return agreement.decide(part, 0, [](const auto&) { return 0; });
  });
  EXPECT_THAT(outcomes, ::testing::Each(HasSubstr("rank 1 says 0.1000000001, rank 0 0.1;")));
}

TEST_F(AgreementTest, SharesTheRootsText) {
  const auto outcomes = team_.outcomes([](const Agreement& agreement, std::size_t rank) {
    const auto text = agreement.share(rank == 0 ? "eleven long" : "another");
    EXPECT_EQ(text, "eleven long");
    return text.size();
  });
  EXPECT_THAT(outcomes, ::testing::Each("11"));
}

}  // namespace
}  // namespace weir::client
