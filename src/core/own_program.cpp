#include "src/core/own_program.h"

namespace weir {

std::filesystem::path own_program(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / name;
}

}  // namespace weir
