// Writes the metrics that read_tensorboard.py expects, into the folder that it is given.

#include <filesystem>
#include <iostream>

#include "server/metrics/metrics.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  const auto complain = [](const std::string& text) { std::cerr << text << "\n"; };
  const auto metrics = weir::make_file_metrics(weir::posix_file_system(), folder / "metrics.jsonl",
                                               folder / "tensorboard", complain);
  for (std::size_t batch = 0; batch < 300; ++batch) {
    metrics->record("train", batch,
                    {{"loss", 1.0 / (1.0 + static_cast<double>(batch))}, {"learning_rate", 1e-3}});
  }
  metrics->histogram("repeats", 300, {0, 2, 3, 0, 5});
  metrics->flush();
  return metrics->dropped() == 0 ? 0 : 1;
}
