#pragma once
// Lines of comma-separated values, without quotes.

#include <string_view>
#include <vector>

namespace weir {

/// Without blanks, tabs and carriage returns around it.
std::string_view trimmed(std::string_view text);

/// The values of a line, trimmed; of an empty line one empty value. They point into `line`.
std::vector<std::string_view> csv_cells(std::string_view line);

}  // namespace weir
