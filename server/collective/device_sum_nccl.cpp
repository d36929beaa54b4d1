// For a build with CUDA.

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <nccl.h>

#include "server/collective/device_sum.h"
#include "src/core/error.h"

namespace weir {
namespace {

void check(ncclResult_t result, const char* call, ncclComm_t communicator = nullptr) {
  if (result == ncclSuccess) return;
  throw Error(ErrorKind::environment,
              std::string(call) + " failed between the GPUs of the server ranks: " +
                  ncclGetErrorString(result) + " (" + ncclGetLastError(communicator) +
                  "); NCCL_DEBUG=INFO in the server's environment says more");
}

class NcclSum final : public DeviceSum {
 public:
  explicit NcclSum(Collective& collective) {
    if (collective.ranks() == 1) return;
    const ncclUniqueId id = shared_id(collective);
    check(ncclCommInitRank(&communicator_, static_cast<int>(collective.ranks()), id,
                           static_cast<int>(collective.rank())),
          "ncclCommInitRank");
  }
  ~NcclSum() override { abandon(); }
  NcclSum(const NcclSum&) = delete;
  NcclSum& operator=(const NcclSum&) = delete;

  void sum(float* values, std::size_t count, void* stream) override {
    if (communicator_ == nullptr) return;
    check(ncclAllReduce(values, values, count, ncclFloat, ncclSum, communicator_,
                        static_cast<cudaStream_t>(stream)),
          "ncclAllReduce", communicator_);
  }
  void abandon() override {
    if (communicator_ != nullptr) ncclCommAbort(std::exchange(communicator_, nullptr));
  }

 private:
  /// Rank 0's on all ranks.
  static ncclUniqueId shared_id(Collective& collective) {
    ncclUniqueId id{};
    if (collective.rank() == 0) check(ncclGetUniqueId(&id), "ncclGetUniqueId");
    std::vector<float> bits(sizeof(id) / sizeof(float));
    std::memcpy(bits.data(), &id, sizeof(id));
    collective.broadcast(bits);
    std::memcpy(&id, bits.data(), sizeof(id));
    return id;
  }

  ncclComm_t communicator_ = nullptr;
};

}  // namespace

std::unique_ptr<DeviceSum> make_device_sum(Collective& collective) {
  return std::make_unique<NcclSum>(collective);
}

}  // namespace weir
