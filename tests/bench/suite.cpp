#include "tests/bench/suite.h"

namespace weir::bench {

const std::vector<Suite>& suites() {
  static const std::vector<Suite> all = {
      {"buffer",
       "time per insertion and draw of fifo, firo and reservoir, against their number of slots",
       buffer_suite},
      {"checksum", "time per KiB of the checksum of checkpoints, against the same by tables",
       checksum_suite},
      {"ingest",
       "bytes per second from client processes into the slots of one rank, against bare ZeroMQ",
       ingest_suite},
  };
  return all;
}

}  // namespace weir::bench
