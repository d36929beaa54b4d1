// weir-failpoints: every failpoint of this build, a line each.

#include <iostream>

#include "src/core/failpoint_names.h"

int main() {
  for (const auto name : weir::failpoint_names) std::cout << name << '\n';
  return std::cout.good() ? 0 : 3;
}
