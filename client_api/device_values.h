#pragma once
// Values that a solver has in the memory of its GPU.

#include <cstddef>
#include <memory>

#include "client_api/values.h"

namespace weir::client {

/// Used by one thread at a time. It needs no CUDA to be built, and asks the driver (libcuda.so.1)
/// only in a process that has loaded it: in any other no address can be a GPU's.
class DeviceValues {
 public:
  DeviceValues();
  ~DeviceValues();
  DeviceValues(const DeviceValues&) = delete;
  DeviceValues& operator=(const DeviceValues&) = delete;

  /// `values` themselves where the host can read them, else a copy in pinned memory, which is this
  /// object's until its next call. The copy comes after what the GPU's default stream has to do
  /// already. Throws Failure: WEIR_ERROR_MEMORY, no pinned memory; WEIR_ERROR_ARGUMENT, the driver
  /// cannot copy from there, with its number for why.
  Values readable(const Values& values);

 private:
  struct Pinned;
  std::unique_ptr<Pinned> pinned_;
};

}  // namespace weir::client
