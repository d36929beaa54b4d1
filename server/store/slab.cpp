#include "server/store/slab.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <sys/mman.h>

#include "src/core/error.h"

namespace weir {
namespace {

std::string mebibytes(long double bytes) {
  return std::to_string(static_cast<std::uint64_t>(bytes / (1u << 20))) + " MiB";
}

}  // namespace

Slab::Slab(std::size_t capacity, std::size_t row_size)
    : row_size_(row_size), bytes_(capacity * row_size * sizeof(float)) {
  void* pages = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) {
    throw Error(ErrorKind::environment,
                std::string("cannot map ") + mebibytes(static_cast<long double>(bytes_)) +
                    " for the buffer: " + std::generic_category().message(errno) +
                    "; raise the limit (ulimit -v) or lower /buffer/capacity");
  }
  // Rows are read at random, each from other pages: with large ones the processor finds them
  // sooner. A system that has none says so, and uses small ones.
  ::madvise(pages, bytes_, MADV_HUGEPAGE);
  floats_ = static_cast<float*>(pages);
}

Slab::~Slab() {
  if (floats_ != nullptr) munmap(floats_, bytes_);
}

Slab::Slab(Slab&& other) noexcept
    : floats_(std::exchange(other.floats_, nullptr)),
      row_size_(other.row_size_),
      bytes_(other.bytes_) {}

void check_memory(std::size_t capacity, std::size_t slot_bytes, double history_bytes,
                  std::uint64_t available) {
  // A product that overflows must not pass for a small one.
  const auto asked = static_cast<long double>(capacity) * static_cast<long double>(slot_bytes) +
                     static_cast<long double>(history_bytes);
  if (asked <= static_cast<long double>(available)) return;
  std::string what =
      std::to_string(capacity) + " samples of " + std::to_string(slot_bytes) + " bytes";
  std::string fix;
  if (history_bytes > 0) {
    what += ", and " + mebibytes(history_bytes) +
            " for the steps of /launcher/jobs simulations that pairs wait for,";
    fix = "; fewer jobs, or a lower /training/samples/lead, need less";
  }
  const auto left = std::max(static_cast<double>(available) - history_bytes, 0.0);
  throw Error(
      ErrorKind::environment,
      "/buffer/capacity: " + what + " need " + mebibytes(asked) + ", and " +
          mebibytes(static_cast<long double>(available)) + " are available; a capacity of " +
          std::to_string(static_cast<std::uint64_t>(left) / slot_bytes) + " would fit" + fix);
}

}  // namespace weir
