#include "launcher/display/loss_history.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/core/lines.h"

namespace weir {
namespace {

constexpr std::size_t most_values = 512;

std::optional<double> loss_of(const nlohmann::json& record) {
  const auto loss = record.find("loss");
  return loss != record.end() && loss->is_number() ? std::optional(loss->get<double>())
                                                   : std::nullopt;
}

}  // namespace

void LossHistory::Thinned::add(double value) {
  if (seen++ % every != 0) return;
  values.push_back(value);
  if (values.size() < most_values) return;
  for (std::size_t k = 0; 2 * k < values.size(); ++k) values[k] = values[2 * k];
  values.resize((values.size() + 1) / 2);
  every *= 2;
}

void LossHistory::look() {
  try {
    file_.look(
        posix_file_system(), [this] { start_over(); },
        [this](std::string_view lines) {
          for_each_line(lines, [this](std::string_view line) { add_line(line); });
        });
  } catch (const Error&) {
  }
}

void LossHistory::start_over() {
  training_ = {};
  validation_.reset();
  best_.reset();
}

void LossHistory::add_line(std::string_view line) {
  const auto record = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return;
  const auto kind = record.find("kind");
  const auto loss = loss_of(record);
  if (kind == record.end() || !loss) return;
  if (*kind == "train") training_.add(*loss);
  if (*kind != "validation") return;
  validation_ = loss;
  best_ = std::min(best_.value_or(*loss), *loss);
}

}  // namespace weir
