#include "launcher/display/watch_view.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "launcher/records/failure_causes.h"
#include "launcher/records/progress.h"
#include "src/core/number_text.h"

namespace weir {
namespace {

constexpr std::size_t label_width = 13;

enum class Tone { plain, good, trouble };

struct Line {
  std::string label, text;
  Tone tone = Tone::plain;
};

std::string number(double value) { return number_text(value, 4); }

std::string count(std::uint64_t value) { return std::to_string(value); }

/// The first `width` characters of UTF-8 text.
std::string cut(const std::string& text, std::size_t width) {
  std::size_t at = 0, columns = 0;
  while (at < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0u) != 0x80u;
    if (begins && columns++ == width) break;
    ++at;
  }
  return text.substr(0, at);
}

std::string painted(const Line& line, const WatchStyle& style) {
  constexpr const char* tones[] = {"", "\x1b[32m", "\x1b[31m"};
  std::string label = line.label;
  label.resize(label_width, ' ');
  const auto text = cut(line.text, std::max<std::size_t>(style.width, 40) - label_width - 1);
  if (!style.colour) return label + text;
  return "\x1b[1m" + label + "\x1b[0m" + tones[static_cast<std::size_t>(line.tone)] + text +
         "\x1b[0m";
}

double part_of(std::uint64_t done, std::uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(done) / static_cast<double>(all);
}

class View {
 public:
  View(const Watched& watched, const WatchStyle& style)
      : watched_(watched),
        style_(style),
        room_(std::max<std::size_t>(style.width, 40) - label_width - 1) {}

  std::vector<std::string> lines() {
    headline();
    if (watched_.status && watched_.status->snapshot.status) {
      const auto& snapshot = watched_.status->snapshot;
      simulations(snapshot, *snapshot.status);
      samples(snapshot, *snapshot.status);
      training(*snapshot.status);
    }
    causes();
    losses();
    if (watched_.status) server(watched_.status->snapshot);
    checkpoint();
    std::vector<std::string> result;
    for (const auto& line : lines_) result.push_back(painted(line, style_));
    return result;
  }

 private:
  void add(const char* label, const std::string& text, Tone tone = Tone::plain) {
    lines_.push_back({label, text, tone});
  }
  std::size_t bar_width() const { return std::min<std::size_t>(room_ / 3, 30); }

  void headline() {
    if (!watched_.status) return add(watched_.study.c_str(), no_status(), Tone::trouble);
    const auto& status = *watched_.status;
    const std::string where = " | launcher " + std::to_string(status.pid) + " on " + status.host;
    add("study", watched_.study);
    const bool waits = status.snapshot.server_pending;
    add("phase",
        (waits ? "the server waits in the queue" : status.phase) + ", " +
            duration_text(status.snapshot.seconds) + where,
        status.phase == "running" ? Tone::good : Tone::plain);
    if (!watched_.launcher_gone) return;
    const auto silent = static_cast<double>(watched_.now - status.time);
    add("", "no launcher since " + duration_text(silent) + "; `weir run … --resume` continues",
        Tone::trouble);
  }

  std::string no_status() const {
    return watched_.launcher_gone ? "no launcher is running; `weir run … --resume` continues"
                                  : "its launcher has written no status yet";
  }

  void simulations(const Snapshot& snapshot, const wire::LaunchStatus& status) {
    if (status.expected == 0) return;
    add("simulations", bar(part_of(status.finished, status.expected), bar_width(), style_.unicode) +
                           " " + count(status.finished) + "/" + count(status.expected) +
                           " finished");
    add("jobs", count(snapshot.jobs - snapshot.pending) + " running, " + count(snapshot.pending) +
                    " in the queue, " + count(snapshot.queued) + " to submit, " +
                    count(status.restarted) + " restarted");
    if (status.failed > 0)
      add("failed", count(status.failed) + " simulations given up", Tone::trouble);
  }

  void causes() {
    const char* label = "jobs failed";
    for (const auto& line : causes_lines(watched_.causes, /*most=*/6)) {
      add(label, line, Tone::trouble);
      label = "";
    }
  }

  void samples(const Snapshot& snapshot, const wire::LaunchStatus& status) {
    std::string text =
        bar(part_of(status.samples_unique, status.samples_expected), bar_width(), style_.unicode) +
        " " + count(status.samples_unique) + "/" + count(status.samples_expected);
    if (const auto left = seconds_left(snapshot)) text += ", " + duration_text(*left) + " left";
    add("samples", text);
  }

  void training(const wire::LaunchStatus& status) {
    std::string text =
        count(status.batches) + " batches, " + count(status.samples_trained) + " samples trained";
    if (status.samples_per_second > 0) text += ", " + number(status.samples_per_second) + "/s";
    add("training", text);
  }

  void losses() {
    const auto& values = watched_.losses.training();
    if (values.empty()) return;
    add("loss", sparkline(values, std::min<std::size_t>(room_ - 12, 60), style_.unicode) + " " +
                    number(values.back()));
    if (const auto validation = watched_.losses.validation())
      add("validation", number(*validation) + ", best " + number(*watched_.losses.best()));
  }

  void server(const Snapshot& snapshot) {
    const auto restarts = snapshot.server_restarts;
    const std::string epoch =
        snapshot.status ? "epoch " + count(snapshot.status->epoch) : "not heard yet";
    const std::string again = restarts == 0   ? "never started again"
                              : restarts == 1 ? "started again once"
                                              : "started again " + count(restarts) + " times";
    add("server", epoch + ", " + again);
  }

  void checkpoint() {
    if (!watched_.checkpoint) return;
    const auto& newest = *watched_.checkpoint;
    add("checkpoint", count(newest.number) + ", of batch " + count(newest.batch) + ", " +
                          duration_text(static_cast<double>(watched_.now - newest.time)) + " ago");
  }

  const Watched& watched_;
  const WatchStyle& style_;
  const std::size_t room_;
  std::vector<Line> lines_;
};

/// The mean of the values that fall into each column.
std::vector<double> means(const std::vector<double>& values, std::size_t width) {
  const std::size_t columns = std::min(width, values.size());
  std::vector<double> result;
  for (std::size_t k = 0; k < columns; ++k) {
    const auto from = k * values.size() / columns, to = (k + 1) * values.size() / columns;
    double sum = 0;
    for (auto i = from; i < to; ++i) sum += values[i];
    result.push_back(sum / static_cast<double>(to - from));
  }
  return result;
}

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t width, bool unicode) {
  static const std::array<std::string, 8> blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static const std::array<std::string, 8> ascii = {"_", ".", ",", "-", "=", "+", "*", "#"};
  const auto& marks = unicode ? blocks : ascii;
  auto shown = values;
  std::erase_if(shown, [](double value) { return !std::isfinite(value); });
  if (shown.empty() || width == 0) return "";
  shown = means(shown, width);
  if (*std::min_element(shown.begin(), shown.end()) > 0)
    for (auto& value : shown) value = std::log(value);
  const auto [least, most] = std::minmax_element(shown.begin(), shown.end());
  const double low = *least, range = *most - *least;
  std::string text;
  for (const double value : shown) {
    const double level = range > 0 ? (value - low) / range * 7.999 : 0;
    text += marks[static_cast<std::size_t>(level)];
  }
  return text;
}

std::string bar(double part, std::size_t width, bool unicode) {
  const auto full =
      static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(width));
  std::string text = "[";
  for (std::size_t k = 0; k < width; ++k)
    text += k < full ? (unicode ? "█" : "#") : (unicode ? "·" : "-");
  return text + "]";
}

std::vector<std::string> watch_lines(const Watched& watched, const WatchStyle& style) {
  return View(watched, style).lines();
}

}  // namespace weir
