#pragma once
// A keeper of rows that reads them as late as it may: when it is asked to settle.

#include <cstring>
#include <map>
#include <span>
#include <vector>

#include "server/samples/row_keeper.h"

namespace weir::test {

class LateKeeper final : public RowKeeper {
 public:
  explicit LateKeeper(std::size_t width) : width_(width) {}

  bool holds(Slot slot, SampleId id) override {
    const auto found = ids_.find(slot);
    if (found != ids_.end() && found->second == id) return true;
    ids_[slot] = id;
    rows_[slot].resize(width_);
    ++taken_;
    return false;
  }
  void keep(Slot slot, std::size_t offset, std::span<const float> values) override {
    waiting_.push_back({slot, offset, values});
  }
  void settle() override {
    for (const auto& [slot, offset, values] : waiting_)
      std::memcpy(rows_[slot].data() + offset, values.data(), values.size_bytes());
    waiting_.clear();
  }

  const std::vector<float>& row(Slot slot) const { return rows_.at(slot); }
  std::size_t taken() const { return taken_; }  ///< rows

 private:
  struct Waiting {
    Slot slot;
    std::size_t offset;
    std::span<const float> values;
  };
  std::size_t width_, taken_ = 0;
  std::map<Slot, SampleId> ids_;
  std::map<Slot, std::vector<float>> rows_;
  std::vector<Waiting> waiting_;
};

}  // namespace weir::test
