#include "tests/bench/solver.h"

#include <weir/client.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "tests/bench/noise.h"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// When the next step is due; steps that were held up are not made up for.
class Pace {
 public:
  explicit Pace(const Solver& solver) : solver_(solver) {}

  void next_step() {
    if (solver_.rate <= 0) return;
    const auto period = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1 / solver_.rate));
    due_ = std::max(due_ + period, Clock::now() - longest_backlog);
    if (!solver_.computes) return std::this_thread::sleep_until(due_);
    while (Clock::now() < due_) {
    }
  }

 private:
  /// A sleep may last longer than a period: the steps in between are sent at once.
  static constexpr auto longest_backlog = std::chrono::milliseconds(5);

  const Solver& solver_;
  Clock::time_point due_ = Clock::now();
};

/// A few different ones, again and again.
class Steps {
 public:
  Steps(std::size_t size, std::uint64_t sim) : size_(size), values_(noise(count * size, sim + 1)) {}
  const float* values(std::size_t step) const { return values_.data() + step % count * size_; }

 private:
  static constexpr std::size_t count = 16;
  const std::size_t size_;
  const std::vector<float> values_;
};

struct StepHeader {
  std::uint64_t sim = 0, step = 0;
  double inputs[6] = {250, 250, 250, 250, 250, 0};
};

}  // namespace

int run_weir_solver(const Solver& solver, const StudyDirectory& directory, std::size_t sim) {
  setenv("WEIR_STUDY_DIR", directory.root.c_str(), 1);
  setenv("WEIR_SIM", std::to_string(sim).c_str(), 1);
  weir_client* client = nullptr;
  if (weir_init_serial(&client) != WEIR_OK) {
    std::fprintf(stderr, "a solver of the benchmark: %s\n", weir_last_error(nullptr));
    return 1;
  }
  const Steps steps(solver.values, sim);
  Pace pace(solver);
  for (std::size_t step = 0;; ++step) {
    if (weir_send_float(client, "u", steps.values(step), solver.values) != WEIR_OK) break;
    pace.next_step();
  }
  weir_finalize(&client);
  return 0;
}

int run_bare_solver(const Solver& solver, const std::string& endpoint, std::size_t sim) {
  const Steps steps(solver.values, sim);
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::push);
  socket.connect(endpoint);
  Pace pace(solver);
  for (StepHeader header{.sim = sim};; ++header.step) {
    header.inputs[5] = static_cast<double>(header.step);
    socket.send(zmq::const_buffer(&header, sizeof header), zmq::send_flags::sndmore);
    socket.send(zmq::const_buffer(steps.values(header.step), solver.values * sizeof(float)));
    pace.next_step();
  }
}

}  // namespace weir::bench
