#include "server/tensors/gpu_choice.h"

#include "src/core/error.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const Study& study, const std::string& why) {
  const std::string wanted =
      study.server.device == DeviceChoice::cuda
          ? "/server/device: is \"cuda\""
          : "/launcher/server/accelerators: is \"" + study.launcher.server.accelerators + '"';
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

}  // namespace weir
