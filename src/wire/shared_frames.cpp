#include "src/wire/shared_frames.h"

#include <algorithm>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/planted_bug.h"
#include "src/wire/populate.h"

namespace weir::wire {
namespace {

/// The system gives a process 65 530 mappings; most of them stay for others.
constexpr std::size_t most_mappings = 16'384;

std::string path_of(std::uint64_t process, std::uint64_t descriptor) {
  return "/proc/" + std::to_string(process) + "/fd/" + std::to_string(descriptor);
}

bool cannot_shrink(int descriptor) {
  const int seals = fcntl(descriptor, F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
}

}  // namespace

class SharedFrames::Mapping {
 public:
  /// Null when it is not the memory file that is named.
  static std::shared_ptr<const Mapping> make(const FrameReference& reference) {
    // Without O_NONBLOCK a pipe of that number would hold the aggregator up.
    const int descriptor = open(path_of(reference.process, reference.descriptor).c_str(),
                                O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) return nullptr;
    struct stat status {};
    void* base = MAP_FAILED;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        static_cast<std::uint64_t>(status.st_size) == reference.capacity &&
        cannot_shrink(descriptor)) {
      base = mmap(nullptr, reference.capacity, PROT_READ, MAP_SHARED, descriptor, /*offset=*/0);
    }
    close(descriptor);
    if (base == MAP_FAILED) return nullptr;
    populate(base, reference.capacity, Populate::to_read);
    return std::make_shared<const Mapping>(static_cast<const std::byte*>(base), status);
  }
  Mapping(const std::byte* base, const struct stat& status)
      : base_(base),
        size_(static_cast<std::size_t>(status.st_size)),
        device_(status.st_dev),
        inode_(status.st_ino) {}
  ~Mapping() { munmap(const_cast<std::byte*>(base_), size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  /// Whether the process is still there and has this file under this number.
  bool is_still(std::uint64_t process, std::uint64_t descriptor) const {
    struct stat status {};
    return stat(path_of(process, descriptor).c_str(), &status) == 0 && status.st_dev == device_ &&
           status.st_ino == inode_;
  }
  /// Nothing: it has other bytes than the reference says.
  std::optional<Bytes> bytes(const FrameReference& reference) const {
    if (reference.capacity != size_) return std::nullopt;
    const Bytes found(base_ + reference.offset, reference.size);
    const bool same = std::equal(reference.head.begin(), reference.head.end(), found.begin());
    return same || WEIR_BUG("stale_frame_read") ? std::optional(found) : std::nullopt;
  }

 private:
  const std::byte* base_;
  std::size_t size_;
  dev_t device_;
  ino_t inode_;
};

std::optional<SharedFrames::Found> SharedFrames::find(const FrameReference& reference) {
  if (reference.size > max_bytes_) return std::nullopt;
  const Key key{reference.process, reference.descriptor};
  const auto known = mappings_.find(key);
  if (known != mappings_.end()) {
    if (const auto bytes = known->second->bytes(reference)) return Found{known->second, *bytes};
    if (known->second->is_still(key.first, key.second)) return std::nullopt;
    mappings_.erase(known);  // of a process that had this number before
  }
  if (mappings_.size() >= most_mappings) return std::nullopt;
  const auto mapping = Mapping::make(reference);
  const auto bytes = mapping ? mapping->bytes(reference) : std::nullopt;
  if (!bytes) return std::nullopt;
  mappings_.emplace(key, mapping);
  return Found{mapping, *bytes};
}

void SharedFrames::forget_the_gone() {
  std::erase_if(mappings_, [](const auto& entry) {
    return !entry.second->is_still(entry.first.first, entry.first.second);
  });
}

}  // namespace weir::wire
