// Frames read where they lie: found by what names them, and only there.

#include "src/wire/shared_frames.h"

#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/wire/shared_arena.h"

namespace weir::wire {
namespace {

constexpr std::size_t size = SharedArena::least_bytes, max_bytes = 2 * size;

FrameReference reference_to(const SharedArena& arena, Bytes frame) {
  return {ReferenceKind::frame,
          static_cast<std::uint64_t>(getpid()),
          static_cast<std::uint64_t>(arena.descriptor()),
          arena.capacity(),
          *arena.offset_of(frame.data()),
          frame.size(),
          frame.first(header_size)};
}

class SharedFramesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(arena_, nullptr); }
  Frame frame_of(int value, std::size_t bytes = size) {
    auto frame = std::make_shared<FrameBytes>(bytes, arena_.get());
    std::memset(frame->data(), value, bytes);
    return frame;
  }

  std::shared_ptr<SharedArena> arena_ = SharedArena::make(4 * max_bytes);
  SharedFrames frames_{max_bytes};
};

TEST_F(SharedFramesTest, ReadsAFrameWhereItLies) {
  const Frame frame = frame_of(7);
  const auto found = frames_.find(reference_to(*arena_, *frame));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->bytes.size(), size);
  EXPECT_NE(found->bytes.data(), frame->data()) << "another mapping of the same memory";
  frame->data()[size - 1] = std::byte{9};
  EXPECT_EQ(found->bytes[size - 1], std::byte{9});
}

TEST_F(SharedFramesTest, KeepsAFrameReadableThatItsClientLeftBehind) {
  Frame frame = frame_of(7);
  const auto found = frames_.find(reference_to(*arena_, *frame));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(frames_.mapped(), 1u);
  frames_.forget_the_gone();
  EXPECT_EQ(frames_.mapped(), 1u) << "its client is still there";
  frame.reset();
  arena_.reset();
  frames_.forget_the_gone();
  EXPECT_EQ(frames_.mapped(), 0u);
  EXPECT_EQ(found->bytes.size(), size);
  EXPECT_NE(found->bytes[0],
            std::byte{1});  // no signal: the pages are mapped as long as it is held
}

TEST_F(SharedFramesTest, FindsNothingWhereTheMemoryWasUsedAgain) {
  const Frame frame = frame_of(7);
  const std::vector<std::byte> head(frame->begin(), frame->begin() + header_size);
  FrameReference reference = reference_to(*arena_, *frame);
  reference.head = head;
  ASSERT_TRUE(frames_.find(reference).has_value());
  std::memset(frame->data(), 8, size);
  EXPECT_FALSE(frames_.find(reference).has_value());
}

TEST_F(SharedFramesTest, FindsTheFileThatHasTakenTheNumberOfAnother) {
  const Frame first = frame_of(7);
  ASSERT_TRUE(frames_.find(reference_to(*arena_, *first)).has_value());
  const int number = arena_->descriptor();
  const auto other = SharedArena::make(4 * max_bytes);
  ASSERT_NE(other, nullptr);
  auto frame = std::make_shared<FrameBytes>(size, other.get());
  std::memset(frame->data(), 3, size);
  FrameReference reference = reference_to(*other, *frame);
  reference.descriptor = static_cast<std::uint64_t>(number);
  EXPECT_FALSE(frames_.find(reference).has_value()) << "the number is still the first one's";
  ASSERT_EQ(dup2(other->descriptor(), number), number);
  const auto found = frames_.find(reference);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->bytes[size - 1], std::byte{3});
}

TEST_F(SharedFramesTest, RefusesAFrameThatIsTooLarge) {
  const Frame most = frame_of(1, max_bytes), more = frame_of(1, max_bytes + 1);
  EXPECT_TRUE(frames_.find(reference_to(*arena_, *most)).has_value());
  EXPECT_FALSE(frames_.find(reference_to(*arena_, *more)).has_value());
}

TEST_F(SharedFramesTest, RefusesWhatIsNoFileThatCannotShrink) {
  const Frame frame = frame_of(7);
  FrameReference reference = reference_to(*arena_, *frame);
  const int open_file = memfd_create("any", MFD_CLOEXEC);
  ASSERT_GE(open_file, 0);
  ASSERT_EQ(ftruncate(open_file, static_cast<off_t>(arena_->capacity())), 0);
  ASSERT_EQ(pwrite(open_file, frame->data(), size, static_cast<off_t>(reference.offset)),
            static_cast<ssize_t>(size));
  reference.descriptor = static_cast<std::uint64_t>(open_file);
  EXPECT_FALSE(frames_.find(reference).has_value());
  close(open_file);
  EXPECT_FALSE(frames_.find(reference).has_value()) << "no such descriptor";
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  reference.descriptor = static_cast<std::uint64_t>(ends[0]);
  EXPECT_FALSE(frames_.find(reference).has_value()) << "a pipe";
  close(ends[0]);
  close(ends[1]);
  reference.process = std::numeric_limits<std::uint32_t>::max();
  EXPECT_FALSE(frames_.find(reference).has_value()) << "no such process";
}

TEST_F(SharedFramesTest, TakesACapacityForWhatTheFileHas) {
  const Frame frame = frame_of(7);
  FrameReference reference = reference_to(*arena_, *frame);
  reference.capacity *= 2;
  EXPECT_FALSE(frames_.find(reference).has_value());
  ASSERT_TRUE(frames_.find(reference_to(*arena_, *frame)).has_value());
  EXPECT_FALSE(frames_.find(reference).has_value()) << "also of a file that is mapped already";
  reference.offset = arena_->capacity();
  EXPECT_FALSE(frames_.find(reference).has_value()) << "what lies behind it is not looked at";
}

TEST(FrameReference, ComesBackFromItsBytes) {
  std::vector<std::byte> head(header_size, std::byte{5});
  const FrameReference written{ReferenceKind::ask, 1, 2, 1000, 300, 700, head};
  const auto frame = encode(written);
  EXPECT_TRUE(is_reference(*frame));
  const auto read = decode_reference(*frame);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kind, ReferenceKind::ask);
  EXPECT_EQ(read->process, 1u);
  EXPECT_EQ(read->descriptor, 2u);
  EXPECT_EQ(read->capacity, 1000u);
  EXPECT_EQ(read->offset, 300u);
  EXPECT_EQ(read->size, 700u);
  EXPECT_EQ(std::memcmp(read->head.data(), head.data(), header_size), 0);
}

TEST(FrameReference, IsRefusedWhenItIsMalformedOrPointsOutside) {
  std::vector<std::byte> head(header_size);
  const auto refused = [&](FrameReference reference) {
    reference.head = head;
    return !decode_reference(*encode(reference)).has_value();
  };
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_FALSE(refused({ReferenceKind::frame, 1, 2, 1000, 300, 700, {}}));
  EXPECT_TRUE(refused({ReferenceKind::frame, 1, 2, 1000, 301, 700, {}}));
  EXPECT_TRUE(refused({ReferenceKind::frame, 1, 2, 1000, most, 700, {}}));
  EXPECT_TRUE(refused({ReferenceKind::frame, 1, 2, 1000, 0, 1001, {}}));
  EXPECT_TRUE(refused({ReferenceKind::frame, 1, 2, most, most - 100, 90, {}}));
  EXPECT_TRUE(refused({ReferenceKind::frame, 1, 2, 1000, 0, header_size - 1, {}}));
  EXPECT_TRUE(refused({static_cast<ReferenceKind>(3), 1, 2, 1000, 300, 700, {}}));
  const auto whole = encode({ReferenceKind::frame, 1, 2, 1000, 300, 700, head});
  for (std::size_t bytes = 0; bytes < whole->size(); ++bytes)
    EXPECT_FALSE(decode_reference(Bytes(whole->data(), bytes)).has_value()) << bytes;
}

}  // namespace
}  // namespace weir::wire
