#pragma once
// The pacing of a server rank: which client may send how much. Arithmetic alone;
// docs/wire_protocol.md explains it.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "src/wire/message.h"

namespace weir::wire {

struct CreditAccount;

/// What the accounts of one solver's parts share: a sample takes one slot, whichever part begins it
/// first, and the others join it. A client that gathers is a group of one.
struct CreditGroup {
  std::uint64_t open = 0;      ///< samples begun by some part, and not complete
  std::uint64_t promised = 0;  ///< samples that a part may begin before all others
  bool due = false;            ///< grant() serves it in this round
  std::vector<CreditAccount*> parts;
};

/// One client's side of the books. All counts are from its Welcome on and never decrease, but for
/// `missing`.
struct CreditAccount {
  Want want;
  Credit granted;
  std::uint64_t placed = 0;   ///< bytes put in their slots, or absorbed
  std::uint64_t begun = 0;    ///< samples
  std::uint64_t missing = 0;  ///< bytes of begun samples that are still to be placed, at most: how
                              ///< much of a sample is this part's is not known
  std::uint64_t open = 0;     ///< begun samples that are not complete
  bool changed = false;       ///< granted more since it was last told
  bool due = false;           ///< grant() serves it in this round
  CreditGroup* group = nullptr;

  std::uint64_t outstanding() const { return granted.bytes - placed - want.returned; }
  /// Samples that it may begin, or join.
  std::uint64_t promised() const { return granted.samples - begun; }
  /// Samples that have a slot already, whichever of them this part joins next: parts begin samples
  /// in one order.
  std::uint64_t joinable() const { return group->open - open; }
};

/// Grants credit out of one budget.
///
/// Invariants, after every call: the sum of outstanding() is at most the budget, or one client's
/// single chunk that is larger; a grant is for whole chunks, so that none of it stays unused;
/// grant() promises only while fewer samples are promised, over all groups, than there is room for.
/// A turn is about 1 MiB, of bytes as of samples: few large grants cost less than many small
/// ones.
/// Begun samples come first (of a part: what could be missing of them, as its share is not known,
/// so that some of it may go to a new sample); within that, clients take turns, and a turn that the
/// budget does not suffice for is waited for, so that small chunks cannot starve large ones.
class CreditPool {
 public:
  CreditPool(std::uint64_t budget_bytes, std::uint64_t sample_bytes);

  /// Account and group are the caller's, and stay where they are until remove().
  void add(CreditAccount& account, CreditGroup& group);
  /// `abandoned`: samples that the account alone had begun; their slots are free.
  void remove(CreditAccount& account, std::uint64_t abandoned);
  /// All accounts of a group at once, with everything that they had begun. Takes as long as there
  /// are accounts, where one after another took that for each.
  void remove(CreditGroup& group);

  /// What a client wants now. False: it takes back what it said, or returns what it does not have.
  bool want(CreditAccount& account, const Want& want);
  /// A new sample comes. False: it was not promised.
  bool begin_sample(CreditAccount& account);
  /// It comes after another part's first chunk of the same sample. False: it was not promised.
  bool join_sample(CreditAccount& account);
  /// A sample is complete: `placed` bytes of it were of this account. To be called for each part
  /// that had begun it; then for their group.
  void end_sample(CreditAccount& account, std::uint64_t placed);
  void end_sample(CreditGroup& group) { --group.open; }
  /// Precondition: bytes ≤ outstanding() and ≤ missing.
  void place(CreditAccount& account, std::uint64_t bytes);
  /// Grants what can be granted; `room`: samples that the sink has room for, promised ones
  /// included.
  void grant(std::uint64_t room);

  std::uint64_t outstanding() const { return outstanding_; }
  std::uint64_t promised() const { return promised_; }

 private:
  enum class Need { begun, all };
  std::uint64_t need(const CreditAccount& account, Need which) const;
  /// One client's turn. False: the budget does not suffice for it now.
  bool take_turn(CreditAccount& account, Need which);
  /// False: somebody's turn waits for more of the budget.
  bool grant_bytes(Need which, std::size_t& turn);
  void promise_samples(std::uint64_t room);
  void recount(CreditGroup& group);
  void forget(const CreditAccount& account);
  /// Samples that a group is promised in one turn, at most.
  std::uint64_t samples_of_turn(std::uint64_t room) const;
  std::uint64_t promise_limit(const CreditGroup& group) const;
  static std::uint64_t wanted_samples(const CreditGroup& group);
  static void tell_promises(const CreditGroup& group);
  void find_share();

  const std::uint64_t budget_, sample_bytes_;
  std::vector<CreditAccount*> accounts_;
  std::vector<CreditGroup*> groups_;
  std::uint64_t outstanding_ = 0, promised_ = 0;
  std::uint64_t share_ = 0;  ///< of the budget, of each client that has something to send
  std::size_t begun_turn_ = 0, all_turn_ = 0, sample_turn_ = 0;  ///< whose turn is next
};

}  // namespace weir::wire
