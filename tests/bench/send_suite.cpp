#include <chrono>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "tests/bench/in_turn.h"
#include "tests/bench/ingest.h"
#include "tests/bench/shared_memory.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

/// What the client process tells its parent: seconds of a step, medians.
struct Times {
  double send = 0, bare = 0;
};

/// The loop that no sender can do without: a value is read as a double and written as a float, to
/// memory that was used before.
class BareLoop {
 public:
  explicit BareLoop(std::size_t values) : rows_(rows, std::vector<float>(values)) {}

  void run(const std::vector<double>& values) {
    auto& to = rows_[next_++ % rows];
    for (std::size_t k = 0; k < values.size(); ++k) to[k] = static_cast<float>(values[k]);
  }

 private:
  static constexpr std::size_t rows = 16;  // as many as a window has
  std::vector<std::vector<float>> rows_;
  std::size_t next_ = 0;
};

/// The solver computes the next step, on a core of its own if there is one: weir's threads have the
/// time to send what was handed over, so that no call waits for room, and the values are in the
/// cache as far as they fit there.
void compute(std::vector<double>& values) {
  const SystemClock clock;
  const Time end = clock.now() + std::chrono::milliseconds(5);
  do {
    for (double& value : values) value += 1;
  } while (clock.now() < end);
}

weir_status measure(weir_client* client, std::size_t count, std::size_t steps,
                    SharedMemory<Times>& times) {
  std::vector<double> values(count, 1.0);
  BareLoop loop(count);
  weir_status status = WEIR_OK;
  const auto [send, bare] = in_turn(
      steps,
      [&] {
        compute(values);
        return seconds_of([&] {
          if (status == WEIR_OK) status = weir_send(client, "u", values.data(), values.size());
        });
      },
      [&] {
        compute(values);
        return seconds_of([&] { loop.run(values); });
      });
  times->send = send;
  times->bare = bare;
  return status;
}

}  // namespace

void send_suite(Reporter& reporter, const Options& options) {
  const std::vector<std::size_t> counts =
      options.quick ? std::vector<std::size_t>{1 << 13}
                    : std::vector<std::size_t>{1 << 10, 1 << 13, 1 << 16, 1 << 19, 1 << 21};
  for (const auto count : counts) {
    const std::string name = "serial/" + std::to_string(count) + "doubles";
    if (!options.wants(name)) continue;
    const IngestCase which{/*clients=*/1, count, /*steps=*/options.quick ? 20u : 200u};
    SharedMemory<Times> times;
    serve_clients(which,
                  [&](weir_client* client) { return measure(client, count, which.steps, times); });
    reporter.report({name, times->send * 1e6, "us", times->bare * 1e6});
  }
}

}  // namespace weir::bench
