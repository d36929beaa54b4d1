#pragma once
// Texts line by line.

#include <string_view>

namespace weir {

/// Gives `take` each line without its end; a last one that has no end as well, when it is not
/// empty.
template <class Take>
void for_each_line(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

}  // namespace weir
