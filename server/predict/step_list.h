#pragma once
// Which steps or times are asked for. No LibTorch.

#include <cstddef>
#include <string>
#include <vector>

namespace weir {

/// "0,10,20:40,50:90:10": numbers, ranges with both ends, ranges with a stride. Ascending, each
/// once. Error{input}: anything else, or more than a million.
std::vector<std::size_t> parse_steps(const std::string& text);

/// "0,0.5,1e1": ascending. Error{input}: anything else.
std::vector<double> parse_times(const std::string& text);

}  // namespace weir
