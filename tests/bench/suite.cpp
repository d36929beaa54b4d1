#include "tests/bench/suite.h"

namespace weir::bench {

const std::vector<Suite>& suites() {
  static const std::vector<Suite> all = {
      {"batch", "bytes per second from slots into a batch, against memcpy", batch_suite},
      {"buffer",
       "time per insertion and draw of fifo, firo and reservoir, against their number of slots",
       buffer_suite},
      {"checksum", "time per KiB of the checksum of checkpoints, against the same by tables",
       checksum_suite},
      {"connections", "a thousand live clients on one rank, against eight that send the same bytes",
       connections_suite},
      {"fanin",
       "bytes per second from many client processes into one rank, against files in a tmpfs",
       fanin_suite},
      {"ingest",
       "bytes per second from client processes into the slots of one rank, against bare ZeroMQ",
       ingest_suite},
      {"optimizer", "time of a step of Adam, against a pass over the bytes that it must move",
       optimizer_suite},
      {"scaling", "samples per second of two ranks, against twice those of one", scaling_suite},
      {"send", "the solver's time in weir_send, against converting the values", send_suite},
      {"step", "time of a training step, against LibTorch's own modules and optimiser", step_suite,
       /*takes_python=*/true, /*takes_device=*/true},
      {"study",
       "samples per second under live ingest, against the same trainer without, and PyTorch",
       study_suite, /*takes_python=*/true, /*takes_device=*/true},
  };
  return all;
}

}  // namespace weir::bench
