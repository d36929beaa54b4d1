#pragma once
// How busy the first GPU is, as NVIDIA's driver sees it.

#include <optional>
#include <string_view>

#include "src/core/process.h"
#include "tests/support/temporary_folder.h"

namespace weir::bench {

/// Runs nvidia-smi beside what is measured, five times a second, until it ends. Each of its numbers
/// is the share of the time since the one before in which a kernel ran.
class GpuWatch {
 public:
  GpuWatch();  ///< Error{environment}: there is no nvidia-smi
  ~GpuWatch();
  /// Ends the watch. The share of the time without a kernel, from the first one to the last; none
  /// where there was no kernel.
  std::optional<double> idle();

 private:
  const test::TemporaryFolder folder_;
  Process process_;
};

/// Of numbers in percent, one a line.
std::optional<double> idle_share(std::string_view percents);

}  // namespace weir::bench
