#include "src/core/freed_memory.h"

#include <cstring>
#include <memory>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace weir {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool own_allocator = true;
#else
constexpr bool own_allocator = false;
#endif

/// Pages that the system gave this thread by now.
long pages_given() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

/// So many does it take to allocate, fill and free a block once more.
long pages_of_another(std::size_t bytes) {
  const auto fill_and_free = [bytes] {
    const auto block = std::make_unique_for_overwrite<char[]>(bytes);
    std::memset(block.get(), 1, bytes);
    asm volatile("" : : "r"(block.get()) : "memory");  // it is used
  };
  fill_and_free();
  const long before = pages_given();
  fill_and_free();
  return pages_given() - before;
}

TEST(FreedMemory, StaysWithTheProcess) {
  if (own_allocator) GTEST_SKIP() << "a sanitizer brings its own malloc";
#ifndef __GLIBC__
  GTEST_SKIP() << "a setting of glibc";
#endif
  keep_freed_memory();
  constexpr std::size_t bytes = std::size_t{16} << 20;
  EXPECT_LT(pages_of_another(bytes), static_cast<long>(bytes) / getpagesize() / 10);
}

}  // namespace
}  // namespace weir
