#pragma once
// The main numbers of a study that has ended, for people.

#include <string>

namespace picture {

/// Four lines from the text of a summary.json. Errors: weir::Error{input} when it is none.
std::string main_numbers(const std::string& summary);

}  // namespace picture
