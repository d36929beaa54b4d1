#pragma once
// What was looked for in a study directory, and why it is not there, or not whole.

#include <exception>
#include <string>

namespace weir {

template <class T>
struct Found {
  T value{};
  std::string problem;  ///< a sentence without its full stop; empty: all is well
};

/// Reads into `found`, whatever it was before; what reading throws becomes its problem.
template <class T, class Read>
void find(Found<T>& found, Read&& read) {
  found = {};
  try {
    found.value = read();
  } catch (const std::exception& error) {
    found.problem = error.what();
  }
}

}  // namespace weir
