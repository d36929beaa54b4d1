#include "src/wire/credit.h"

#include <algorithm>
#include <cassert>

#include "src/core/planted_bug.h"

namespace weir::wire {
namespace {

/// Bytes of a turn, when a chunk is smaller: fewer, and small chunks would cost many turns.
constexpr std::uint64_t turn_bytes = 256u << 10;

}  // namespace

CreditPool::CreditPool(std::uint64_t budget_bytes, std::uint64_t sample_bytes)
    : budget_(budget_bytes), sample_bytes_(std::max<std::uint64_t>(sample_bytes, 1)) {}

void CreditPool::add(CreditAccount& account) { accounts_.push_back(&account); }

void CreditPool::remove(CreditAccount& account) {
  const auto found = std::find(accounts_.begin(), accounts_.end(), &account);
  assert(found != accounts_.end());
  if (!WEIR_BUG("credit_leaked")) outstanding_ -= account.outstanding();
  promised_ -= account.promised();
  const auto at = static_cast<std::size_t>(found - accounts_.begin());
  accounts_.erase(found);
  for (std::size_t* turn : {&begun_turn_, &all_turn_, &sample_turn_}) {
    if (*turn > at) --*turn;  // the turn stays with whose it was
  }
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
  if (account.promised() == 0) return false;
  ++account.begun;
  --promised_;
  account.missing += sample_bytes_;
  return true;
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

void CreditPool::promise_samples(std::uint64_t room) {
  // No more than the bytes of its share can carry: the room is for those who can use it.
  const std::uint64_t limit = share_ / sample_bytes_ + 1;
  // As for bytes: many in one piece, not one a message.
  for (CreditAccount* account : accounts_) account->due = account->promised() <= limit / 2;
  std::size_t passed = 0;  // clients in turn that got nothing
  while (passed < accounts_.size() && promised_ < room) {
    CreditAccount& account = *accounts_[sample_turn_++ % accounts_.size()];
    ++passed;
    if (!account.due || account.granted.samples >= account.want.samples ||
        account.promised() >= limit)
      continue;
    ++account.granted.samples;
    ++promised_;
    account.changed = true;
    passed = 0;
  }
  sample_turn_ %= accounts_.size();
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
  std::uint64_t amount = std::min(needed, std::max(chunk, turn_bytes / chunk * chunk));
  if (amount > left) amount = std::min(amount, left / chunk * chunk);
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
