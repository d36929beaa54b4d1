// Pages of a client's first frames: there and mapped, on both sides, before they are used.

#include "src/wire/populate.h"

#include <cstdint>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/wire/shared_arena.h"
#include "src/wire/shared_frames.h"

namespace weir::wire {
namespace {

constexpr std::size_t page = 4096, frame_bytes = populated_bytes / 2;

/// Page faults of this thread while one byte of each page of the frame is used.
template <class Byte, class Use>
long faults_of(Byte* frame, const Use& use) {
  rusage before{}, after{};
  getrusage(RUSAGE_THREAD, &before);
  for (std::size_t at = 0; at < frame_bytes; at += page) use(frame[at]);
  getrusage(RUSAGE_THREAD, &after);
  return after.ru_minflt - before.ru_minflt;
}

/// Linux before 5.14 does not, nor does an emulator that takes the advice for advice.
bool system_populates() {
  void* const memory = mmap(nullptr, frame_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, /*offset=*/0);
  if (memory == MAP_FAILED) return false;
  const auto write = [](std::byte& byte) { byte = std::byte{1}; };
  const bool done = madvise(memory, frame_bytes, static_cast<int>(Populate::to_write)) == 0 &&
                    faults_of(static_cast<std::byte*>(memory), write) <= 2;
  munmap(memory, frame_bytes);
  return done;
}

class PopulateTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!system_populates()) GTEST_SKIP() << "this system makes no page before it is used";
  }

  std::shared_ptr<SharedArena> arena_ = SharedArena::make(8 * populated_bytes);
};

TEST_F(PopulateTest, AClientWritesItsFirstFramesWithoutAFault) {
  auto* const frame = static_cast<std::byte*>(arena_->allocate(frame_bytes));
  const auto write = [](std::byte& byte) { byte = std::byte{1}; };
  EXPECT_LE(faults_of(frame, write), 2) << "of " << frame_bytes / page << " pages";
  auto* const later = static_cast<std::byte*>(arena_->allocate(4 * populated_bytes));
  EXPECT_GE(faults_of(later + 2 * populated_bytes, write), 4) << "they can be counted";
  arena_->deallocate(later, 4 * populated_bytes);
  arena_->deallocate(frame, frame_bytes);
}

TEST_F(PopulateTest, AServerReadsThemWithoutAFault) {
  auto* const frame = static_cast<std::byte*>(arena_->allocate(frame_bytes));
  SharedFrames frames{frame_bytes};
  const auto found =
      frames.find({ReferenceKind::frame, static_cast<std::uint64_t>(getpid()),
                   static_cast<std::uint64_t>(arena_->descriptor()), arena_->capacity(),
                   arena_->offset_of(frame).value(), frame_bytes, Bytes(frame, header_size)});
  ASSERT_TRUE(found.has_value());
  volatile std::byte sink{};
  EXPECT_LE(faults_of(found->bytes.data(), [&](std::byte byte) { sink = byte; }), 2);
  arena_->deallocate(frame, frame_bytes);
}

}  // namespace
}  // namespace weir::wire
