// Random sequences of operations: each buffer agrees with the naive model after every one of them.

#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "naive_buffer.h"

namespace weir::test {
namespace {

class BufferAgainstModel : public testing::TestWithParam<BufferKind> {};

/// A buffer, its model, and a source of operations.
class Pair {
 public:
  Pair(BufferKind kind, std::size_t capacity, std::size_t watermark, std::uint64_t seed)
      : random_(seed),
        buffer_(make_buffer(kind, capacity, watermark, Random(seed, "buffer"))),
        model_(kind, capacity, watermark) {}

  std::string step() {
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return arrive();
      case 4:
      case 5:
        return finish_filling(/*keep=*/true);
      case 6:
        return finish_filling(/*keep=*/false);
      case 7:
      case 8:
        return draw();
      case 9:
        return look();
      default:
        return unpin();
    }
  }

  void end() {
    buffer_->end_reception();
    model_.ended();
  }

  std::string drain() {
    const std::set<Slot> expected = model_.population();
    std::set<Slot> drawn;
    while (buffer_->drawable()) {
      const Slot slot = buffer_->draw();
      if (!drawn.insert(slot).second) return "a sample was drawn twice after reception";
      if (const auto wrong = model_.drawn(slot); !wrong.empty()) return wrong;
    }
    return drawn == expected ? model_.differs(*buffer_) : "a sample was left or invented";
  }

 private:
  template <class Set>
  auto pick(const Set& set) {
    return *std::next(set.begin(), static_cast<std::ptrdiff_t>(random_.below(set.size())));
  }

  std::string arrive() {
    const auto slot = buffer_->acquire();
    const auto wrong = model_.acquired(slot);
    return wrong.empty() ? model_.differs(*buffer_) : wrong;
  }

  std::string finish_filling(bool keep) {
    if (model_.filling().empty()) return "";
    const Slot slot = pick(model_.filling());
    keep ? buffer_->commit(slot) : buffer_->abandon(slot);
    keep ? model_.committed(slot) : model_.abandoned(slot);
    return model_.differs(*buffer_);
  }

  std::string draw() {
    if (!buffer_->drawable()) return "";
    const auto wrong = model_.drawn(buffer_->draw());
    return wrong.empty() ? model_.differs(*buffer_) : wrong;
  }

  std::string look() {
    if (model_.population().empty()) return "";
    const Slot slot = pick(model_.population());
    buffer_->pin(slot);
    model_.pinned(slot);
    return model_.differs(*buffer_);
  }

  std::string unpin() {
    if (model_.pins().empty()) return "";
    const Slot slot = pick(model_.pins()).first;
    buffer_->unpin(slot);
    model_.unpinned(slot);
    return model_.differs(*buffer_);
  }

  Random random_;
  std::unique_ptr<Buffer> buffer_;
  NaiveBuffer model_;
};

TEST_P(BufferAgainstModel, AgreesAfterEveryOperationAndDrainsToEmpty) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random shape(seed, "shape");
    const std::size_t capacity = 1 + shape.below(12);
    Pair pair(GetParam(), capacity, /*watermark=*/shape.below(capacity + 1), seed);
    for (int k = 0; k < 300; ++k)
      ASSERT_EQ(pair.step(), "") << "seed " << seed << ", operation " << k;
    pair.end();
    for (int k = 0; k < 20; ++k)
      ASSERT_EQ(pair.step(), "") << "seed " << seed << ", after reception " << k;
    ASSERT_EQ(pair.drain(), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, BufferAgainstModel,
                         testing::Values(BufferKind::fifo, BufferKind::firo,
                                         BufferKind::reservoir));

}  // namespace
}  // namespace weir::test
