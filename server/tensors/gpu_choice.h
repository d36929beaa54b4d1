#pragma once
// Which GPU a server rank trains on, if any.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "src/study/study.h"

namespace weir {

/// What a process sees of GPUs.
struct VisibleGpus {
  bool supported = false;  ///< weir was built with a LibTorch that has CUDA
  std::size_t count = 0;
  std::string problem;  ///< why there is none, in the driver's words
};

/// The number of this rank's GPU among those it sees; nothing: it trains on the CPU, as the study
/// allows. `local_rank`: among the ranks of its machine. A rank that sees one GPU takes that one:
/// batch systems show each rank its own. Error{environment}: the study wants a GPU for each rank
/// ("cuda", or "automatic" beside /launcher/server/accelerators), and this one has none.
std::optional<std::size_t> choose_gpu(const Study& study, std::size_t local_rank,
                                      const VisibleGpus& gpus);

/// Two words of each rank, in their order, that say which GPU it has (DeviceIdentity). All train on
/// GPUs, each on one of its own, or none does: else Error{environment}.
void check_gpus(std::span<const std::int64_t> identities);

}  // namespace weir
