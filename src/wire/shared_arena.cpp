#include "src/wire/shared_arena.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>
#include <new>
#include <random>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/wire/populate.h"

namespace weir::wire {
namespace {

constexpr std::size_t page = 4096;  // a multiple of it is what larger pages need as well
constexpr std::size_t first_page = std::size_t{64} << 10;

std::size_t whole_pages(std::size_t bytes) { return (bytes + page - 1) / page * page; }

/// Beyond its limit a file is not only refused: the process is sent SIGXFSZ.
bool may_be_as_large(std::size_t bytes) {
  rlimit limit{};
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes <= limit.rlim_cur;
}

void write_badge(std::byte* to) {
  std::random_device random;
  for (std::size_t k = 0; k < header_size; k += sizeof(unsigned)) {
    const unsigned number = random();
    std::memcpy(to + k, &number, sizeof number);
  }
}

}  // namespace

std::shared_ptr<SharedArena> SharedArena::make(std::size_t capacity) {
  capacity = first_page + whole_pages(capacity);
  if (!may_be_as_large(capacity)) return nullptr;
  const int descriptor = memfd_create("weir-frames", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return nullptr;
  void* base = MAP_FAILED;
  if (ftruncate(descriptor, static_cast<off_t>(capacity)) == 0 &&
      fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
    base = mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, /*offset=*/0);
  }
  if (base == MAP_FAILED) {
    close(descriptor);
    return nullptr;
  }
  return std::shared_ptr<SharedArena>(
      new SharedArena(descriptor, static_cast<std::byte*>(base), capacity));
}

SharedArena::SharedArena(int descriptor, std::byte* base, std::size_t capacity)
    : descriptor_(descriptor), base_(base), capacity_(capacity) {
  populate(base_, capacity_, Populate::to_write);
  write_badge(base_);
  free_.emplace(first_page, capacity_ - first_page);
}

SharedArena::~SharedArena() {
  munmap(base_, capacity_);
  close(descriptor_);
}

std::optional<std::size_t> SharedArena::offset_of(const std::byte* place) const {
  const std::less<> before;
  if (before(place, base_) || !before(place, base_ + capacity_)) return std::nullopt;
  return static_cast<std::size_t>(place - base_);
}

void* SharedArena::do_allocate(std::size_t bytes, std::size_t alignment) {
  if (bytes >= least_bytes && alignment <= page) {
    if (std::byte* place = take(whole_pages(bytes))) return place;
  }
  return std::pmr::new_delete_resource()->allocate(bytes, alignment);
}

void SharedArena::do_deallocate(void* place, std::size_t bytes, std::size_t alignment) {
  if (const auto offset = offset_of(static_cast<std::byte*>(place))) {
    give_back(*offset, whole_pages(bytes));
  } else {
    std::pmr::new_delete_resource()->deallocate(place, bytes, alignment);
  }
}

/// The first range that suffices: frames are few, and of few sizes.
std::byte* SharedArena::take(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto range = std::find_if(free_.begin(), free_.end(),
                                  [bytes](const auto& entry) { return entry.second >= bytes; });
  if (range == free_.end()) return nullptr;
  const auto [offset, size] = *range;
  if (size > bytes) free_.emplace_hint(range, offset + bytes, size - bytes);
  free_.erase(range);
  return base_ + offset;
}

void SharedArena::give_back(std::size_t offset, std::size_t bytes) {
  fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
            static_cast<off_t>(bytes));
  const std::lock_guard lock(mutex_);
  auto next = free_.lower_bound(offset);
  if (next != free_.end() && next->first == offset + bytes) {
    bytes += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    auto& [former, size] = *std::prev(next);
    if (former + size == offset) {
      size += bytes;
      return;
    }
  }
  try {
    free_.emplace_hint(next, offset, bytes);
  } catch (const std::bad_alloc&) {
    // no room to remember it: its pages are given back, its addresses are not
  }
}

}  // namespace weir::wire
