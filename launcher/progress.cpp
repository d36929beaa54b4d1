#include "launcher/progress.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace weir {
namespace {

std::string number(double value, const char* format) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string simulations_text(const Snapshot& snapshot, const wire::LaunchStatus& status) {
  std::string text = std::to_string(status.finished) + "/" + std::to_string(status.expected) +
                     " simulations, " + std::to_string(snapshot.jobs - snapshot.pending) +
                     " running";
  if (snapshot.pending > 0) text += ", " + std::to_string(snapshot.pending) + " in the queue";
  if (status.failed > 0) text += ", " + std::to_string(status.failed) + " failed";
  if (status.restarted > 0) text += ", " + std::to_string(status.restarted) + " restarted";
  return text;
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

std::string rate_text(const Snapshot& snapshot, const wire::LaunchStatus& status) {
  std::string text;
  if (status.samples_per_second > 0)
    text += " | " + number(status.samples_per_second, "%.0f") + " samples/s";
  if (const auto left = seconds_left(snapshot)) text += " | " + duration_text(*left) + " left";
  return text;
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

std::string progress_line(const Snapshot& snapshot) {
  if (!snapshot.status) return phase_text(snapshot) + ", " + duration_text(snapshot.seconds);
  const auto& status = *snapshot.status;
  std::string line = snapshot.phase == RunPhase::restarting ? "the server starts again | " : "";
  line += status.expected > 0 ? simulations_text(snapshot, status) + " | " : "";
  line += std::to_string(status.samples_unique) + "/" + std::to_string(status.samples_expected) +
          " samples | " + std::to_string(status.samples_trained) + " trained";
  if (snapshot.server_restarts > 0)
    line += " | server restarts " + std::to_string(snapshot.server_restarts);
  return line + loss_text(status) + rate_text(snapshot, status);
}

std::string duration_text(double seconds) {
  const auto whole = std::llround(std::max(seconds, 0.0));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace weir
