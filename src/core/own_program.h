#pragma once
// Where the other programs of weir are.

#include <filesystem>
#include <string>

namespace weir {

/// `name`, beside the program that runs now, whether it is there or not.
std::filesystem::path own_program(const std::string& name);

}  // namespace weir
