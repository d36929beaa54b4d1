#pragma once
// Memory for large tables that are looked up at random.

#include <cstddef>
#include <new>

#include <sys/mman.h>

namespace weir {

/// For containers. From 4 MiB on it maps memory of its own, on large pages where the system has
/// such, which the processor finds sooner than small ones; pages cost memory only once they are
/// touched. std::bad_alloc: there is none.
template <typename T>
class LargePages {
 public:
  using value_type = T;
  LargePages() = default;
  template <typename U>
  LargePages(const LargePages<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < mapped_from)
      return static_cast<T*>(::operator new (bytes, std::align_val_t{alignof(T)}));
    void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    // A system that has no large pages says so, and uses small ones.
    ::madvise(pages, bytes, MADV_HUGEPAGE);
    return static_cast<T*>(pages);
  }
  void deallocate(T* values, std::size_t count) noexcept {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < mapped_from) {
      ::operator delete (values, std::align_val_t{alignof(T)});
    } else {
      ::munmap(values, bytes);
    }
  }
  bool operator==(const LargePages&) const { return true; }

 private:
  static constexpr std::size_t mapped_from = std::size_t{4} << 20;
};

}  // namespace weir
