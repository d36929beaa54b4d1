#include "src/wire/credit.h"

#include <algorithm>
#include <cassert>

#include "src/core/planted_bug.h"

namespace weir::wire {
namespace {

/// Bytes of a turn, when a chunk is smaller: fewer, and small chunks would cost many turns.
constexpr std::uint64_t turn_bytes = 1u << 20;

/// A turn takes no more than this part of the budget, and of the room: the last slots are for many
/// clients, one each.
constexpr std::uint64_t scarce = 8;

/// Takes it out of the list; whose turn is next stays so.
template <class T>
std::size_t take_out(std::vector<T*>& all, const T& one) {
  const auto found = std::find(all.begin(), all.end(), &one);
  assert(found != all.end());
  const auto at = static_cast<std::size_t>(found - all.begin());
  all.erase(found);
  return at;
}

void pass_turn(std::size_t& turn, std::size_t removed) {
  if (turn > removed) --turn;
}

std::uint64_t difference(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

}  // namespace

CreditPool::CreditPool(std::uint64_t budget_bytes, std::uint64_t sample_bytes)
    : budget_(budget_bytes), sample_bytes_(std::max<std::uint64_t>(sample_bytes, 1)) {}

void CreditPool::add(CreditAccount& account, CreditGroup& group) {
  if (group.parts.empty()) groups_.push_back(&group);
  group.parts.push_back(&account);
  account.group = &group;
  accounts_.push_back(&account);
}

/// Its credit is free again.
void CreditPool::forget(const CreditAccount& account) {
  if (!WEIR_BUG("credit_leaked")) outstanding_ -= account.outstanding();
}

void CreditPool::remove(CreditAccount& account, std::uint64_t abandoned) {
  forget(account);
  const std::size_t at = take_out(accounts_, account);
  pass_turn(begun_turn_, at);
  pass_turn(all_turn_, at);
  CreditGroup& group = *account.group;
  take_out(group.parts, account);
  group.open -= abandoned;
  if (abandoned > 0 || group.promised > 0) recount(group);
  if (group.parts.empty()) pass_turn(sample_turn_, take_out(groups_, group));
}

void CreditPool::remove(CreditGroup& group) {
  std::size_t kept = 0;
  std::size_t begun_turn = begun_turn_, all_turn = all_turn_;
  for (std::size_t at = 0; at < accounts_.size(); ++at) {
    if (accounts_[at]->group != &group) {
      accounts_[kept++] = accounts_[at];
      continue;
    }
    forget(*accounts_[at]);
    if (begun_turn_ > at) --begun_turn;
    if (all_turn_ > at) --all_turn;
  }
  accounts_.resize(kept);
  begun_turn_ = begun_turn;
  all_turn_ = all_turn;
  promised_ -= group.promised;
  group = {};
  pass_turn(sample_turn_, take_out(groups_, group));
}

bool CreditPool::want(CreditAccount& account, const Want& want) {
  const Want& before = account.want;
  if (want.samples < before.samples || want.bytes < before.bytes) return false;
  if (want.chunk > max_chunk_bytes || want.returned < before.returned) return false;
  if (want.pulse < before.pulse) return false;
  const std::uint64_t returned = want.returned - before.returned;
  if (returned > account.outstanding()) return false;
  outstanding_ -= returned;
  account.want = want;
  return true;
}

bool CreditPool::begin_sample(CreditAccount& account) {
  if (!join_sample(account)) return false;
  CreditGroup& group = *account.group;
  ++group.open;
  if (group.promised == 0) return true;  // more than was promised: a part has left meanwhile
  --group.promised;
  --promised_;
  return true;
}

bool CreditPool::join_sample(CreditAccount& account) {
  if (account.promised() == 0) return false;
  ++account.begun;
  ++account.open;
  account.missing += sample_bytes_;
  return true;
}

void CreditPool::end_sample(CreditAccount& account, std::uint64_t placed) {
  --account.open;
  account.missing -= sample_bytes_ - placed;
}

void CreditPool::place(CreditAccount& account, std::uint64_t bytes) {
  assert(bytes <= account.outstanding() && bytes <= account.missing);
  account.placed += bytes;
  account.missing -= bytes;
  outstanding_ -= bytes;
}

void CreditPool::grant(std::uint64_t room) {
  if (accounts_.empty()) return;
  find_share();
  promise_samples(room);
  // What completes a sample gives its bytes back at once; so nothing new before it.
  if (grant_bytes(Need::begun, begun_turn_)) grant_bytes(Need::all, all_turn_);
}

void CreditPool::find_share() {
  const auto active = std::count_if(accounts_.begin(), accounts_.end(), [](const auto* account) {
    return account->want.bytes > account->placed;
  });
  share_ = budget_ / std::max<std::uint64_t>(static_cast<std::uint64_t>(active), 1);
}

/// What its parts may begin, as they were told; a part that left, or joined nothing, changes it.
void CreditPool::recount(CreditGroup& group) {
  std::uint64_t most = 0;
  for (const CreditAccount* part : group.parts)
    most = std::max(most, difference(part->promised(), part->joinable()));
  promised_ += most - group.promised;  // modulo 2^64
  group.promised = most;
}

/// No more than the bytes of its share, or of a turn, can carry: the room is for those who can use
/// it.
std::uint64_t CreditPool::promise_limit(const CreditGroup& group) const {
  const auto active = std::count_if(group.parts.begin(), group.parts.end(), [](const auto* part) {
    return part->want.bytes > part->placed;
  });
  const auto shares = std::max<std::uint64_t>(static_cast<std::uint64_t>(active), 1);
  return std::max(shares * share_, turn_bytes) / sample_bytes_ + 1;
}

/// Samples that some part has and nobody has begun.
std::uint64_t CreditPool::wanted_samples(const CreditGroup& group) {
  std::uint64_t most = 0;
  for (const CreditAccount* part : group.parts)
    most = std::max(most, difference(part->want.samples, part->begun + part->joinable()));
  return most;
}

/// A part may join what has a slot, and begin what was promised to the group.
void CreditPool::tell_promises(const CreditGroup& group) {
  for (CreditAccount* part : group.parts) {
    const auto may = std::min(part->want.samples, part->begun + part->joinable() + group.promised);
    if (may <= part->granted.samples) continue;
    part->granted.samples = may;
    part->changed = true;
  }
}

std::uint64_t CreditPool::samples_of_turn(std::uint64_t room) const {
  return std::max<std::uint64_t>(std::min(turn_bytes / sample_bytes_, room / scarce), 1);
}

void CreditPool::promise_samples(std::uint64_t room) {
  struct Turn {
    std::uint64_t wanted, limit;
  };
  std::vector<Turn> turns;
  for (CreditGroup* group : groups_) {
    recount(*group);
    turns.push_back({wanted_samples(*group), promise_limit(*group)});
    // As for bytes: many in one piece, not one a message.
    group->due = group->promised <= turns.back().limit / 2;
  }
  std::size_t passed = 0;  // groups in turn that got nothing
  while (passed < groups_.size()) {
    const std::size_t at = sample_turn_ % groups_.size();
    CreditGroup& group = *groups_[at];
    const auto most = difference(std::min(turns[at].wanted, turns[at].limit), group.promised);
    const auto more = group.due ? std::min(most, samples_of_turn(room)) : 0;
    if (promised_ + more > room) break;  // it waits for all of its turn
    group.promised += more;
    promised_ += more;
    passed = more == 0 ? passed + 1 : 0;
    ++sample_turn_;
  }
  sample_turn_ %= groups_.size();
  for (const CreditGroup* group : groups_) tell_promises(*group);
}

/// Bytes that the client has to send, could send with the samples it has, and has no credit for; 0
/// when even with all of them its next chunk could not leave.
std::uint64_t CreditPool::need(const CreditAccount& account, Need which) const {
  const std::uint64_t outstanding = account.outstanding(), chunk = account.want.chunk;
  if (chunk == 0) return 0;
  // A rest smaller than a chunk is on its way, as DATA or given back. More on top of it could cross
  // with that, be too little in turn, and so for ever.
  if (outstanding > 0 && outstanding < chunk) return 0;
  const std::uint64_t wanted = account.want.bytes + account.want.returned;
  std::uint64_t usable = account.missing;
  if (which == Need::all) usable += account.promised() * sample_bytes_;
  if (wanted <= account.granted.bytes || usable <= outstanding) return 0;
  const std::uint64_t needed = std::min(wanted - account.granted.bytes, usable - outstanding);
  return outstanding + needed < chunk ? 0 : needed;
}

bool CreditPool::take_turn(CreditAccount& account, Need which) {
  const std::uint64_t needed = need(account, which);
  const std::uint64_t chunk = account.want.chunk;
  const std::uint64_t left = outstanding_ < budget_ ? budget_ - outstanding_ : 0;
  const std::uint64_t turn = std::min(turn_bytes, budget_ / scarce);
  std::uint64_t amount = std::min(needed, std::max(chunk, turn / chunk * chunk));
  if (amount > left) amount = 0;  // waited for: crumbs of a full budget cost a message each
  if (amount == 0 && outstanding_ == 0) amount = std::min(needed, chunk);  // over the budget, alone
  if (amount == 0) return false;
  account.granted.bytes += amount;
  account.changed = true;
  outstanding_ += amount;
  return true;
}

bool CreditPool::grant_bytes(Need which, std::size_t& turn) {
  // A client with half its share at hand is not short of credit: it gets more in one piece later,
  // not in crumbs now.
  for (CreditAccount* account : accounts_) {
    account->due = account->outstanding() <= share_ / 2;
  }
  std::size_t passed = 0;
  while (passed < accounts_.size()) {
    turn %= accounts_.size();
    CreditAccount& account = *accounts_[turn];
    if (account.due && account.outstanding() < std::max<std::uint64_t>(share_, 1) &&
        need(account, which) > 0) {
      if (!take_turn(account, which)) return false;
      passed = 0;
    } else {
      ++passed;
    }
    ++turn;
  }
  return true;
}

}  // namespace weir::wire
