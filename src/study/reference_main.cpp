// weir-study-reference: prints the page docs/study.md.

#include <iostream>

#include "src/study/parse.h"

int main() {
  std::cout << weir::study_reference();
  return std::cout.flush() ? 0 : 3;
}
