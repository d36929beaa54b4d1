#include "client_api/device_values.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <dlfcn.h>
#include <link.h>

#include "client_api/failure.h"

namespace weir::client {
namespace {

/// What is used of the CUDA driver API, version 4 and later, by its own names.
class Driver {
 public:
  using Result = int;  // CUresult; 0 is success

  /// As the process has loaded it already, if it has.
  static std::optional<Driver> loaded() {
    void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
    if (library == nullptr) return std::nullopt;
    Driver driver;
    const bool complete = find(library, "cuPointerGetAttribute", driver.attribute_) &&
                          find(library, "cuCtxPushCurrent_v2", driver.push_) &&
                          find(library, "cuCtxPopCurrent_v2", driver.pop_) &&
                          find(library, "cuMemAllocHost_v2", driver.allocate_) &&
                          find(library, "cuMemFreeHost", driver.release_) &&
                          find(library, "cuMemcpyDtoH_v2", driver.copy_);
    // Else it is kept for as long as the process lives, since pinned memory is given back late.
    if (complete) return driver;
    dlclose(library);
    return std::nullopt;
  }

  /// Memory of the host that the driver does not know is none of its.
  bool is_on_device(const void* address) const {
    constexpr int memory_type = 2;     // CU_POINTER_ATTRIBUTE_MEMORY_TYPE
    constexpr unsigned on_device = 2;  // CU_MEMORYTYPE_DEVICE
    unsigned type = 0;
    return attribute_(&type, memory_type, address_of(address)) == 0 && type == on_device;
  }

  Result allocate(void*& memory, std::size_t bytes) const { return allocate_(&memory, bytes); }
  void release(void* memory) const { release_(memory); }
  Result copy(void* to, const void* from, std::size_t bytes) const {
    return copy_(to, address_of(from), bytes);
  }

  /// While it lives, calls of this thread are for the GPU whose memory `address` is in.
  class Current {
   public:
    Current(const Driver& driver, const void* address) : driver_(driver) {
      constexpr int context = 1;  // CU_POINTER_ATTRIBUTE_CONTEXT; null: memory of a pool
      void* owner = nullptr;
      if (driver_.attribute_(&owner, context, address_of(address)) == 0 && owner != nullptr)
        pushed_ = driver_.push_(owner) == 0;
    }
    ~Current() {
      void* owner = nullptr;
      if (pushed_) driver_.pop_(&owner);
    }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    const Driver& driver_;
    bool pushed_ = false;
  };

 private:
  using Address = std::uint64_t;  // CUdeviceptr

  static Address address_of(const void* address) { return reinterpret_cast<Address>(address); }

  template <typename Function>
  static bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
  }

  Result (*attribute_)(void*, int, Address) = nullptr;
  Result (*push_)(void*) = nullptr;
  Result (*pop_)(void**) = nullptr;
  Result (*allocate_)(void**, std::size_t) = nullptr;
  Result (*release_)(void*) = nullptr;
  Result (*copy_)(void*, Address, std::size_t) = nullptr;
};

/// Libraries that this process has ever loaded: costs far less than to look for one of them.
unsigned long long libraries_loaded() {
  unsigned long long count = 0;
  const auto first = [](dl_phdr_info* info, std::size_t, void* loaded) {
    *static_cast<unsigned long long*>(loaded) = info->dlpi_adds;
    return 1;  // each tells the same
  };
  dl_iterate_phdr(first, &count);
  return count;
}

const void* address_of(const Values& values) {
  return std::visit([](const auto& all) -> const void* { return all.data(); }, values);
}

}  // namespace

struct DeviceValues::Pinned {
  ~Pinned() { release(); }

  /// The driver may be loaded at any time, and is looked for again when anything was.
  void look_for_driver() {
    if (driver) return;
    if (const auto loaded = libraries_loaded(); std::exchange(libraries, loaded) != loaded)
      driver = Driver::loaded();
  }

  void release() {
    if (memory != nullptr) driver->release(memory);
    memory = nullptr;
    room = 0;
  }

  void reserve(std::size_t bytes) {
    if (bytes <= room) return;
    release();
    if (driver->allocate(memory, bytes) != 0) {
      memory = nullptr;
      throw Failure(WEIR_ERROR_MEMORY, "no " + std::to_string(bytes) +
                                           " bytes of pinned memory for the values of a GPU");
    }
    room = bytes;
  }

  template <typename T>
  std::span<const T> copy(std::span<const T> values) {
    const Driver::Current current(*driver, values.data());
    reserve(values.size_bytes());
    const auto result = driver->copy(memory, values.data(), values.size_bytes());
    if (result != 0)
      throw Failure(WEIR_ERROR_ARGUMENT, "the values are in a GPU's memory, and " +
                                             std::to_string(values.size_bytes()) +
                                             " bytes could not be copied from there: CUresult " +
                                             std::to_string(result));
    return {static_cast<const T*>(memory), values.size()};
  }

  std::optional<Driver> driver;
  unsigned long long libraries = 0;  ///< loaded when it was looked for
  void* memory = nullptr;
  std::size_t room = 0;  ///< bytes
};

DeviceValues::DeviceValues() : pinned_(std::make_unique<Pinned>()) {
  pinned_->look_for_driver();  // no send waits for it but after another library was loaded
}
DeviceValues::~DeviceValues() = default;

Values DeviceValues::readable(const Values& values) {
  pinned_->look_for_driver();
  if (!pinned_->driver || count_of(values) == 0 ||
      !pinned_->driver->is_on_device(address_of(values)))
    return values;
  return std::visit([this](const auto& all) -> Values { return pinned_->copy(all); }, values);
}

}  // namespace weir::client
