#include "server/predict/step_list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "src/core/csv.h"
#include "src/core/error.h"

namespace weir {
namespace {

constexpr std::size_t most = 1'000'000;

[[noreturn]] void refuse(const std::string& option, const std::string& text,
                         const std::string& expected) {
  throw Error(ErrorKind::input, option + " is \"" + text + "\"; expected " + expected);
}

template <class Number>
bool read(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// first:last:every; false: it is none.
bool add_range(std::string_view text, std::vector<std::size_t>& steps) {
  std::size_t values[3] = {0, 0, 1}, count = 0;
  for (std::size_t start = 0; start <= text.size(); ++count) {
    const auto end = std::min(text.find(':', start), text.size());
    if (count == 3 || !read(text.substr(start, end - start), values[count])) return false;
    start = end + 1;
  }
  const auto [first, given_last, every] = values;
  const std::size_t last = count == 1 ? first : given_last;
  if (last < first || every == 0 || last > most) return false;
  for (std::size_t step = first; step <= last; step += every) steps.push_back(step);
  return steps.size() <= most;
}

}  // namespace

std::vector<std::size_t> parse_steps(const std::string& text) {
  std::vector<std::size_t> steps;
  for (const auto cell : csv_cells(text))
    if (!add_range(cell, steps))
      refuse("--steps", text, "numbers and ranges such as 0,10,20:40 or 0:100:10, up to a million");
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  return steps;
}

std::vector<double> parse_times(const std::string& text) {
  std::vector<double> times;
  for (const auto cell : csv_cells(text)) {
    double time = 0;
    if (!read(cell, time) || !std::isfinite(time) || (!times.empty() && time <= times.back()))
      refuse("--times", text, "ascending numbers with commas between");
    times.push_back(time);
  }
  return times;
}

}  // namespace weir
