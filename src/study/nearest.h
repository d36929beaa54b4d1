#pragma once
// "Did you mean": the known word that a misspelt one is nearest to.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Edits from one word to the other: insertions, deletions, replacements, swaps of neighbours
/// (Damerau 1964, without edits inside a swap).
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The candidate with the fewest edits, when they are few for the word's length.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// "; did you mean "X"?", or, when nothing is near, "; it may be "A", "B" or "C"".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// "A", "B" or "C", quoted.
std::string alternatives(const std::vector<std::string>& words);

}  // namespace weir
