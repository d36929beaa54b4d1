#include "launcher/records/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

namespace weir {
namespace {

std::string number(double value, const char* format) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// A piece of the line with the mark that divides it from what is before it.
struct Part {
  int weight;  ///< the lightest go first where there is no room
  std::string text;
};

using Parts = std::vector<Part>;

void add_simulations(Parts& parts, const Snapshot& snapshot, const wire::LaunchStatus& status) {
  if (status.expected == 0) return;
  const auto add = [&](int weight, std::uint64_t count, const char* what) {
    if (count > 0) parts.push_back({weight, ", " + std::to_string(count) + what});
  };
  parts.push_back({9, " | " + std::to_string(status.finished) + "/" +
                          std::to_string(status.expected) + " simulations"});
  parts.push_back({6, ", " + std::to_string(snapshot.jobs - snapshot.pending) + " running"});
  add(5, snapshot.pending, " in the queue");
  add(4, status.failed, " failed");
  add(2, status.restarted, " restarted");
}

void add_samples(Parts& parts, const Snapshot& snapshot, const wire::LaunchStatus& status) {
  parts.push_back({8, " | " + std::to_string(status.samples_unique) + "/" +
                          std::to_string(status.samples_expected) + " samples"});
  parts.push_back({1, " | " + std::to_string(status.samples_trained) + " trained"});
  if (snapshot.server_restarts > 0)
    parts.push_back({3, " | server restarts " + std::to_string(snapshot.server_restarts)});
}

std::string joined(Parts parts, std::size_t width) {
  while (true) {
    std::string line;
    for (const auto& part : parts) line += part.text;
    line.erase(0, 3);
    if (line.size() <= width || parts.size() == 1) return line;
    parts.erase(std::min_element(parts.begin(), parts.end(),
                                 [](const Part& x, const Part& y) { return x.weight < y.weight; }));
  }
}

std::string phase_text(const Snapshot& snapshot) {
  return snapshot.server_pending ? "the server's job waits in the queue" : name_of(snapshot.phase);
}

std::string loss_text(const wire::LaunchStatus& status) {
  std::string text;
  if (!std::isnan(status.train_loss)) text += " | loss " + number(status.train_loss, "%.4g");
  if (!std::isnan(status.validation_loss))
    text += (text.empty() ? " | validation " : ", validation ") +
            number(status.validation_loss, "%.4g");
  return text;
}

void add_training(Parts& parts, const Snapshot& snapshot, const wire::LaunchStatus& status) {
  if (const auto loss = loss_text(status); !loss.empty()) parts.push_back({7, loss});
  if (status.samples_per_second > 0)
    parts.push_back({0, " | " + number(status.samples_per_second, "%.0f") + " samples/s"});
  if (const auto left = seconds_left(snapshot))
    parts.push_back({7, " | " + duration_text(*left) + " left"});
}

}  // namespace

std::optional<double> seconds_left(const Snapshot& snapshot) {
  if (!snapshot.status || snapshot.status->samples_unique == 0) return std::nullopt;
  const auto& status = *snapshot.status;
  if (status.samples_unique >= status.samples_expected) return std::nullopt;
  if (status.samples_unique <= snapshot.samples_before) return std::nullopt;
  const auto missing = static_cast<double>(status.samples_expected - status.samples_unique);
  const auto come = static_cast<double>(status.samples_unique - snapshot.samples_before);
  return snapshot.seconds * missing / come;
}

std::string progress_line(const Snapshot& snapshot, std::size_t width) {
  if (!snapshot.status) return phase_text(snapshot) + ", " + duration_text(snapshot.seconds);
  const auto& status = *snapshot.status;
  Parts parts;
  if (snapshot.phase == RunPhase::restarting) parts.push_back({9, " | the server starts again"});
  add_simulations(parts, snapshot, status);
  add_samples(parts, snapshot, status);
  add_training(parts, snapshot, status);
  return joined(std::move(parts), width);
}

std::string duration_text(double seconds) {
  const auto whole = std::llround(std::max(seconds, 0.0));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace weir
