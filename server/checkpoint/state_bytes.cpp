#include "server/checkpoint/state_bytes.h"

#include <cstdlib>

#include <sys/mman.h>

namespace weir {
namespace {

constexpr std::size_t small_page = 4096;
constexpr std::size_t large_page = std::size_t{2} << 20;

std::byte* new_block(std::size_t size) {
  if (size < large_page) return static_cast<std::byte*>(std::malloc(size == 0 ? 1 : size));
  const std::size_t whole = (size + large_page - 1) / large_page * large_page;
  void* block = std::aligned_alloc(large_page, whole);
  // A system that has no large pages says so, and uses small ones.
  if (block != nullptr) ::madvise(block, whole, MADV_HUGEPAGE);
  return static_cast<std::byte*>(block);
}

}  // namespace

RecycledMemory::~RecycledMemory() {
  for (const auto& [size, block] : free_) std::free(block);
}

void RecycledMemory::reserve(const std::vector<std::size_t>& sizes) {
  std::vector<std::byte*> blocks;
  for (const std::size_t size : sizes) {
    blocks.push_back(take(size));
    for (std::size_t at = 0; at < size; at += small_page) blocks.back()[at] = std::byte{0};
  }
  for (std::size_t k = 0; k < sizes.size(); ++k) give_back(blocks[k], sizes[k]);
}

std::byte* RecycledMemory::take(std::size_t size) {
  {
    const std::lock_guard lock(mutex_);
    if (auto found = free_.extract(size)) return found.mapped();
  }
  std::byte* block = new_block(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void RecycledMemory::give_back(std::byte* block, std::size_t size) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    free_.emplace(size, block);
  } catch (const std::bad_alloc&) {
    std::free(block);
  }
}

}  // namespace weir
