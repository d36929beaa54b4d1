#include "server/tensors/gpu_choice.h"

#include <compare>
#include <map>

#include "src/core/error.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const Study& study, const std::string& why) {
  const auto& accelerators = study.launcher.server.accelerators;
  const std::string wanted =
      study.server.device == DeviceChoice::cuda ? "/server/device: is \"cuda\""
      : accelerators.empty()                    ? "/server/device: is \"automatic\""
                             : "/launcher/server/accelerators: is \"" + accelerators + '"';
  throw Error(ErrorKind::environment,
              wanted + ", and " + why + "; set /server/device to \"cpu\" to train without GPUs");
}

}  // namespace

std::optional<std::size_t> choose_gpu(const Study& study, std::size_t local_rank,
                                      const VisibleGpus& gpus) {
  const DeviceChoice choice = study.server.device;
  if (choice == DeviceChoice::cpu) return std::nullopt;
  const bool wanted = choice == DeviceChoice::cuda || !study.launcher.server.accelerators.empty();
  if (!wanted && gpus.count == 0) return std::nullopt;
  if (!gpus.supported)
    refuse(study, "this weir was built with a LibTorch that has no CUDA (docs/gpus.md)");
  if (gpus.count == 0) refuse(study, "this machine shows no GPU (" + gpus.problem + ")");
  if (gpus.count == 1) return 0;
  if (local_rank < gpus.count) return local_rank;
  refuse(study, "rank " + std::to_string(local_rank) + " of this machine, counted from 0, sees " +
                    std::to_string(gpus.count) + " GPUs; start as many ranks on each machine");
}

void check_gpus(std::span<const std::int64_t> identities) {
  struct Gpu {
    std::int64_t first, second;
    auto operator<=>(const Gpu&) const = default;
  };
  const std::size_t ranks = identities.size() / 2;
  std::map<Gpu, std::size_t> rank_of;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const Gpu gpu{identities[2 * rank], identities[2 * rank + 1]};
    const auto [other, apart] = rank_of.emplace(gpu, rank);
    if (gpu != Gpu{} && !apart)
      throw Error(ErrorKind::environment,
                  "server ranks " + std::to_string(other->second) + " and " + std::to_string(rank) +
                      " see one and the same GPU; start one rank for each GPU, or set "
                      "/server/device to \"cpu\"");
  }
  const auto on_cpu = rank_of.find(Gpu{});
  if (on_cpu == rank_of.end() || rank_of.size() == 1) return;
  throw Error(ErrorKind::environment,
              "server rank " + std::to_string(on_cpu->second) +
                  " sees no GPU, and others do; give each a GPU, or set /server/device to \"cpu\"");
}

}  // namespace weir
