#pragma once
// A buffer as section 5 of the design says it, in sets and without a thought for speed: what the
// real ones are held against.

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "server/buffer/buffer.h"

namespace weir::test {

/// The real buffer chooses; the model says whether it was allowed to. Each function returns what is
/// wrong, or nothing.
class NaiveBuffer {
 public:
  NaiveBuffer(BufferKind kind, std::size_t capacity, std::size_t watermark);

  std::string acquired(std::optional<Slot> slot);
  void committed(Slot slot);
  void abandoned(Slot slot);
  std::string drawn(Slot slot);
  void pinned(Slot slot) { ++pins_[slot]; }
  void unpinned(Slot slot);
  void ended() { over_ = true; }
  /// Compares everything that can be asked.
  std::string differs(const Buffer& buffer) const;

  const std::set<Slot>& filling() const { return filling_; }
  const std::map<Slot, std::size_t>& pins() const { return pins_; }
  std::set<Slot> population() const;

 private:
  std::set<Slot> evictable() const;
  bool removes() const { return over_ || kind_ != BufferKind::reservoir; }

  BufferKind kind_;
  std::size_t watermark_;
  bool over_ = false;
  std::set<Slot> free_, filling_, unseen_, seen_, leaving_;
  std::map<Slot, std::size_t> pins_;
  std::deque<Slot> arrivals_;
};

}  // namespace weir::test
