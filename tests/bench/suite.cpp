#include "tests/bench/suite.h"

namespace weir::bench {

const std::vector<Suite>& suites() {
  static const std::vector<Suite> all = {
      {"buffer",
       "time per insertion and draw of fifo, firo and reservoir, against their number of slots",
       buffer_suite},
  };
  return all;
}

}  // namespace weir::bench
