#pragma once
// Some of many, evenly taken.

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace weir {

/// Positions of `most` of `count` things, of all when there are fewer: ascending, the first of all
/// among them.
inline std::vector<std::size_t> evenly(std::size_t count, std::size_t most) {
  std::vector<std::size_t> positions(std::min(count, most));
  for (std::size_t k = 0; k < positions.size(); ++k) positions[k] = k * count / positions.size();
  return positions;
}

/// The things at those positions; moved out of an rvalue.
template <class T>
std::vector<T> some_of(std::vector<T> all, std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<T> some;
  some.reserve(most);
  for (const std::size_t k : evenly(all.size(), most)) some.push_back(std::move(all[k]));
  return some;
}

}  // namespace weir
