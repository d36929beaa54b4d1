#include <string>
#include <utility>
#include <vector>

#include "server/buffer/buffer.h"
#include "src/core/clock.h"
#include "tests/bench/suite.h"

namespace weir::bench {
namespace {

constexpr std::size_t batch = 10;

const std::vector<std::pair<BufferKind, std::string>> kinds = {
    {BufferKind::fifo, "fifo"}, {BufferKind::firo, "firo"}, {BufferKind::reservoir, "reservoir"}};

void insert(Buffer& buffer) {
  if (const auto slot = buffer.acquire()) buffer.commit(*slot);
}

void draw_batch(Buffer& buffer) {
  Slot drawn[batch];
  buffer.foresee(drawn);
  for (Slot& slot : drawn) slot = buffer.draw();
  for (const Slot slot : drawn) buffer.unpin(slot);
}

/// A full buffer in its steady state: a draw has made room for every insertion, a reservoir evicts.
std::unique_ptr<Buffer> steady_buffer(BufferKind kind, std::size_t slots) {
  auto buffer = make_buffer(kind, slots, /*watermark=*/0, Random(/*seed=*/1));
  for (std::size_t k = 0; k < slots; ++k) insert(*buffer);
  for (std::size_t k = 0; k < slots / batch / 2; ++k) draw_batch(*buffer);
  return buffer;
}

/// Nanoseconds for one insertion and one draw, each with its share of what it takes to fill, pin
/// and unpin.
double time_per_pair(Buffer& buffer, std::size_t pairs) {
  const SystemClock clock;
  const Time start = clock.now();
  for (std::size_t k = 0; k < pairs; k += batch) {
    for (std::size_t arrival = 0; arrival < batch; ++arrival) insert(buffer);
    draw_batch(buffer);
  }
  return Seconds(clock.now() - start).count() * 1e9 / static_cast<double>(pairs);
}

}  // namespace

void buffer_suite(Reporter& reporter, const Options& options) {
  const std::size_t pairs = options.quick ? 10'000 : 1'000'000, runs = options.quick ? 3 : 7;
  const std::vector<std::size_t> sizes =
      options.quick ? std::vector<std::size_t>{1'000, 10'000}
                    : std::vector<std::size_t>{1'000, 10'000, 100'000, 1'000'000};
  for (const auto& [kind, name] : kinds) {
    double reference = 0;
    for (const std::size_t slots : sizes) {
      const auto buffer = steady_buffer(kind, slots);
      time_per_pair(*buffer, pairs);  // not counted: caches and branch predictors settle
      std::vector<double> times;
      for (std::size_t run = 0; run < runs; ++run) times.push_back(time_per_pair(*buffer, pairs));
      const double time = median(times);
      if (slots == sizes.front()) reference = time;
      if (options.wants(name + "/" + std::to_string(slots)))
        reporter.report({name + "/" + std::to_string(slots), time, "ns/insert+draw", reference});
    }
  }
}

}  // namespace weir::bench
