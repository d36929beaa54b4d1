// Pacing: the bounds that hold whatever the clients want, fairness, and what comes first.

#include "src/wire/credit.h"

#include <algorithm>
#include <deque>
#include <vector>

#include <gtest/gtest.h>

#include "src/core/random.h"

namespace weir::wire {
namespace {

constexpr std::uint64_t kib = 1024, mib = 1024 * kib;

/// A solver that gathers: a group of one.
struct Client : CreditAccount {
  CreditGroup alone;
};

void add(CreditPool& pool, Client& client) { pool.add(client, client.alone); }

/// Wants `samples` samples of `sample` bytes, cut in chunks of `chunk`.
Want want_of(std::uint64_t samples, std::uint64_t sample, std::uint64_t chunk) {
  return {samples, samples * sample, chunk, 0};
}

/// Places everything that the client has credit for, whole chunks, sample after sample; the bytes
/// placed.
std::uint64_t send_all(CreditPool& pool, CreditAccount& account, std::uint64_t chunk) {
  std::uint64_t sent = 0;
  while (account.outstanding() >= chunk) {
    if (account.missing == 0 && !pool.begin_sample(account)) break;
    pool.place(account, std::min(chunk, account.missing));
    sent += chunk;
  }
  return sent;
}

TEST(Credit, NothingIsGrantedToAClientThatWantsNothing) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  Client account;
  add(pool, account);
  pool.grant(/*room=*/100);
  EXPECT_EQ(account.granted.samples, 0u);
  EXPECT_EQ(account.granted.bytes, 0u);
  EXPECT_FALSE(account.changed);
}

TEST(Credit, IsForWhatIsWantedAndNotMore) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  Client account;
  add(pool, account);
  ASSERT_TRUE(pool.want(account, want_of(/*samples=*/3, kib, /*chunk=*/kib)));
  pool.grant(/*room=*/100);
  EXPECT_EQ(account.granted.samples, 3u);
  EXPECT_EQ(account.granted.bytes, 3 * kib);
  EXPECT_TRUE(account.changed);
}

TEST(Credit, NoRoomMeansNoCredit) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  Client account;
  add(pool, account);
  ASSERT_TRUE(pool.want(account, want_of(/*samples=*/3, kib, /*chunk=*/kib)));
  pool.grant(/*room=*/0);
  EXPECT_EQ(account.granted.samples, 0u);
  EXPECT_EQ(pool.outstanding(), 0u);
}

TEST(Credit, PromisesNoMoreSamplesThanThereIsRoomFor) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  std::vector<Client> accounts(10);
  for (auto& account : accounts) {
    add(pool, account);
    ASSERT_TRUE(pool.want(account, want_of(/*samples=*/5, kib, /*chunk=*/kib)));
  }
  pool.grant(/*room=*/7);
  EXPECT_EQ(pool.promised(), 7u);
  pool.grant(/*room=*/7);
  EXPECT_EQ(pool.promised(), 7u);
  const auto most = std::max_element(accounts.begin(), accounts.end(), [](auto& a, auto& b) {
    return a.granted.samples < b.granted.samples;
  });
  EXPECT_EQ(most->granted.samples, 1u) << "seven clients get one each";
}

TEST(Credit, PromisesSmallSamplesManyAtATimeWhileThereIsRoom) {
  CreditPool pool(/*budget=*/64 * mib, /*sample=*/40 * kib);
  std::vector<Client> accounts(1000);
  for (auto& account : accounts) {
    add(pool, account);
    ASSERT_TRUE(pool.want(account, want_of(/*samples=*/100, 40 * kib, /*chunk=*/40 * kib)));
  }
  pool.grant(/*room=*/1600);
  EXPECT_LE(pool.promised(), 1600u);
  EXPECT_GT(pool.promised(), 1600u - 25) << "what is left is less than the next turn";
  EXPECT_EQ(accounts[0].granted.samples, 25u) << "1 MiB, and not one sample a message";
  EXPECT_EQ(accounts[0].granted.bytes, 25 * 40 * kib);
  EXPECT_EQ(accounts[999].granted.samples, 0u) << "its turn comes";
}

TEST(Credit, FiftyClientsGetEqualSharesOverTime) {
  CreditPool pool(/*budget=*/4 * mib, /*sample=*/256 * kib);
  std::vector<Client> accounts(50);
  std::vector<std::uint64_t> sent(50);
  for (auto& account : accounts) {
    add(pool, account);
    ASSERT_TRUE(pool.want(account, want_of(/*samples=*/1000, 256 * kib, /*chunk=*/64 * kib)));
  }
  for (int round = 0; round < 1000; ++round) {
    pool.grant(/*room=*/20);
    ASSERT_LE(pool.outstanding(), 4 * mib);
    for (std::size_t i = 0; i < 50; ++i) sent[i] += send_all(pool, accounts[i], 64 * kib);
  }
  const auto [least, most] = std::minmax_element(sent.begin(), sent.end());
  EXPECT_GT(*least, 0u);
  EXPECT_LE(*most - *least, 2 * mib);
}

TEST(Credit, SmallChunksDoNotStarveLargeOnes) {
  CreditPool pool(/*budget=*/4 * mib, /*sample=*/4 * mib);
  std::vector<Client> small(20);
  Client large;
  for (auto& account : small) {
    add(pool, account);
    ASSERT_TRUE(pool.want(account, want_of(/*samples=*/1000, 4 * mib, /*chunk=*/4 * kib)));
  }
  add(pool, large);
  ASSERT_TRUE(pool.want(large, want_of(/*samples=*/10, 4 * mib, /*chunk=*/4 * mib)));
  for (int round = 0; round < 20000 && large.placed < 8 * mib; ++round) {
    pool.grant(/*room=*/30);
    // The small ones send a little at a time, so the budget never is free of itself.
    for (auto& account : small) {
      if (account.outstanding() < 4 * kib) continue;
      const bool may_send = account.missing > 0 || pool.begin_sample(account);
      ASSERT_TRUE(may_send);
      pool.place(account, 4 * kib);
    }
    send_all(pool, large, 4 * mib);
  }
  EXPECT_GE(large.placed, 8 * mib);
}

TEST(Credit, AChunkOverTheWholeBudgetIsGrantedAlone) {
  CreditPool pool(/*budget=*/kib, /*sample=*/2 * mib);
  Client first, second;
  for (Client* account : {&first, &second}) {
    add(pool, *account);
    ASSERT_TRUE(pool.want(*account, want_of(/*samples=*/1, 2 * mib, /*chunk=*/mib)));
  }
  pool.grant(/*room=*/2);
  EXPECT_EQ(pool.outstanding(), mib);
  EXPECT_EQ(first.granted.bytes + second.granted.bytes, mib);
  EXPECT_EQ(send_all(pool, first, mib), mib);
  for (int round = 0; round < 10; ++round) {
    pool.grant(/*room=*/2);
    EXPECT_EQ(pool.outstanding(), mib);
    send_all(pool, first, mib);
    send_all(pool, second, mib);
    if (first.placed + second.placed == 4 * mib) break;
  }
  EXPECT_EQ(first.placed + second.placed, 4 * mib);
}

TEST(Credit, BegunSamplesComeBeforeNewOnes) {
  CreditPool pool(/*budget=*/2 * kib, /*sample=*/2 * kib);
  Client begun, eager;
  add(pool, eager);
  add(pool, begun);
  ASSERT_TRUE(pool.want(begun, {/*samples=*/1, /*bytes=*/kib, /*chunk=*/kib, 0}));
  pool.grant(/*room=*/1);
  ASSERT_TRUE(pool.begin_sample(begun));
  pool.place(begun, kib);  // half of its sample; the other half comes later
  ASSERT_TRUE(pool.want(eager, want_of(/*samples=*/9, 2 * kib, /*chunk=*/kib)));
  ASSERT_TRUE(pool.want(begun, {/*samples=*/1, /*bytes=*/2 * kib, /*chunk=*/kib, 0}));
  pool.grant(/*room=*/9);
  EXPECT_EQ(begun.outstanding(), kib);
}

TEST(Credit, BytesAreOnlyForSamplesThatMayBegin) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  Client blocked;
  add(pool, blocked);
  ASSERT_TRUE(pool.want(blocked, want_of(/*samples=*/5, kib, /*chunk=*/kib)));
  pool.grant(/*room=*/2);
  EXPECT_EQ(blocked.granted.bytes, 2 * kib);
}

TEST(Credit, OfAClientThatGoesIsFreeAgain) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  Client gone;
  add(pool, gone);
  ASSERT_TRUE(pool.want(gone, want_of(/*samples=*/5, kib, /*chunk=*/kib)));
  pool.grant(/*room=*/5);
  ASSERT_GT(pool.outstanding(), 0u);
  pool.remove(gone, /*abandoned=*/0);
  EXPECT_EQ(pool.outstanding(), 0u);
  EXPECT_EQ(pool.promised(), 0u);
}

TEST(Credit, OfASolverThatGoesIsFreeAgainWithAllOfItsParts) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  CreditGroup gone;
  CreditAccount first, second;
  Client left;
  pool.add(first, gone);
  add(pool, left);
  pool.add(second, gone);
  for (CreditAccount* account : {&first, &second, static_cast<CreditAccount*>(&left)})
    ASSERT_TRUE(pool.want(*account, want_of(/*samples=*/5, kib / 2, /*chunk=*/kib / 2)));
  pool.grant(/*room=*/100);
  ASSERT_TRUE(pool.begin_sample(first));
  ASSERT_GT(pool.outstanding(), left.outstanding());
  pool.remove(gone);
  EXPECT_EQ(pool.outstanding(), left.outstanding());
  EXPECT_EQ(pool.promised(), left.promised());
  ASSERT_TRUE(pool.want(left, want_of(/*samples=*/9, kib / 2, /*chunk=*/kib / 2)));
  pool.grant(/*room=*/100);
  EXPECT_EQ(left.granted.samples, 9u) << "the others have their turns";
}

TEST(Credit, PartsOfASolverShareThePromiseOfASlot) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  CreditGroup solver;
  CreditAccount first, second;
  for (CreditAccount* part : {&first, &second}) {
    pool.add(*part, solver);
    ASSERT_TRUE(pool.want(*part, want_of(/*samples=*/5, kib / 2, /*chunk=*/kib / 2)));
  }
  pool.grant(/*room=*/2);
  EXPECT_EQ(pool.promised(), 2u) << "the parts begin the same samples";
  EXPECT_EQ(first.granted.samples, 2u);
  EXPECT_EQ(second.granted.samples, 2u);
}

TEST(Credit, APartMayJoinASampleAlthoughNoRoomIsLeft) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  CreditGroup solver;
  CreditAccount first, second;
  for (CreditAccount* part : {&first, &second}) pool.add(*part, solver);
  ASSERT_TRUE(pool.want(first, want_of(/*samples=*/2, kib / 2, /*chunk=*/kib / 2)));
  pool.grant(/*room=*/1);
  ASSERT_TRUE(pool.begin_sample(first));
  pool.place(first, kib / 2);
  ASSERT_TRUE(pool.want(second, want_of(/*samples=*/2, kib / 2, /*chunk=*/kib / 2)));
  pool.grant(/*room=*/0);
  EXPECT_EQ(second.granted.samples, 1u);
  EXPECT_EQ(first.granted.samples, 1u) << "the next one has no slot";
  ASSERT_TRUE(pool.join_sample(second));
  pool.place(second, kib / 2);
  for (CreditAccount* part : {&first, &second}) pool.end_sample(*part, /*placed=*/kib / 2);
  pool.end_sample(solver);
  EXPECT_EQ(first.missing + second.missing, 0u);
  pool.grant(/*room=*/1);
  EXPECT_EQ(first.granted.samples, 2u);
  EXPECT_EQ(second.granted.samples, 2u);
}

TEST(Credit, APartThatBeginsAgainMayJoinWhatTheOthersHaveBegun) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  CreditGroup solver;
  CreditAccount first, second, again;
  for (CreditAccount* part : {&first, &second}) {
    pool.add(*part, solver);
    ASSERT_TRUE(pool.want(*part, want_of(/*samples=*/3, kib / 2, /*chunk=*/kib / 2)));
  }
  pool.grant(/*room=*/2);
  for (int sample = 0; sample < 2; ++sample) {
    ASSERT_TRUE(pool.begin_sample(first));
    ASSERT_TRUE(pool.join_sample(second));
  }
  pool.remove(second, /*abandoned=*/0);
  pool.add(again, solver);
  ASSERT_TRUE(pool.want(again, want_of(/*samples=*/3, kib / 2, /*chunk=*/kib / 2)));
  pool.grant(/*room=*/0);
  EXPECT_EQ(again.granted.samples, 2u);
  EXPECT_EQ(pool.promised(), 0u);
}

TEST(Credit, WantThatTakesBackOrReturnsTooMuchIsRefused) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  Client account;
  add(pool, account);
  ASSERT_TRUE(pool.want(account, want_of(/*samples=*/5, kib, /*chunk=*/kib)));
  pool.grant(/*room=*/2);
  const std::uint64_t granted = account.granted.bytes;
  EXPECT_FALSE(pool.want(account, {4, 5 * kib, kib, 0}));
  EXPECT_FALSE(pool.want(account, {5, 4 * kib, kib, 0}));
  EXPECT_FALSE(pool.want(account, {5, 5 * kib, kib, granted + 1}));
  EXPECT_FALSE(pool.want(account, {5, 5 * kib, max_chunk_bytes + 1, 0}));
  EXPECT_TRUE(pool.want(account, {5, 5 * kib, kib, granted}));
  EXPECT_EQ(pool.outstanding(), 0u);
}

TEST(Credit, SampleThatWasNotPromisedMayNotBegin) {
  CreditPool pool(/*budget=*/mib, /*sample=*/kib);
  Client account;
  add(pool, account);
  ASSERT_TRUE(pool.want(account, want_of(/*samples=*/5, kib, /*chunk=*/kib)));
  pool.grant(/*room=*/1);
  EXPECT_TRUE(pool.begin_sample(account));
  EXPECT_FALSE(pool.begin_sample(account));
}

TEST(Credit, KeepsItsBoundsWhateverComes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const std::uint64_t chunk = 1 + random.below(64 * kib), sample = chunk * (1 + random.below(5));
    const std::uint64_t budget = 1 + random.below(8 * chunk);
    CreditPool pool(budget, sample);
    std::deque<Client> accounts(1 + random.below(8));
    for (auto& account : accounts) add(pool, account);
    for (int step = 0; step < 300; ++step) {
      auto& account = accounts[random.below(accounts.size())];
      Want want = account.want;
      want.samples += random.below(3);
      want.bytes = want.samples * sample;
      want.chunk = chunk;
      if (account.outstanding() > 0 && account.outstanding() < chunk)
        want.returned += account.outstanding();
      ASSERT_TRUE(pool.want(account, want));
      if (random.below(2) == 0) send_all(pool, account, chunk);
      const std::uint64_t room = random.below(6), promised = pool.promised();
      pool.grant(room);
      ASSERT_LE(pool.outstanding(), std::max(budget, chunk));
      ASSERT_LE(pool.promised(), std::max(room, promised));
      for (const auto& each : accounts) ASSERT_LE(each.granted.samples, each.want.samples);
    }
  }
}

}  // namespace
}  // namespace weir::wire
