#include "launcher/display/loss_history.h"

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr std::size_t most_values = 512;
constexpr std::size_t most_at_once = std::size_t{8} << 20;
constexpr std::size_t most_of_a_line = std::size_t{1} << 20;

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
  std::error_code failed;
  const auto size = std::filesystem::file_size(path_, failed);
  if (failed) return;
  if (size < offset_ && !WEIR_BUG("losses_of_a_dead_server")) start_over();
  for (std::string text = new_text(); !text.empty(); text = new_text()) {
    rest_ += text;
    std::size_t from = 0;
    for (auto to = rest_.find('\n'); to != std::string::npos; to = rest_.find('\n', from)) {
      add_line(rest_.substr(from, to - from));
      from = to + 1;
    }
    rest_.erase(0, from);
    if (rest_.size() > most_of_a_line) rest_.clear();  // no record of ours
  }
}

void LossHistory::start_over() {
  offset_ = 0;
  rest_.clear();
  training_ = {};
  validation_.reset();
  best_.reset();
}

std::string LossHistory::new_text() {
  std::ifstream in(path_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset_));
  std::string text(most_at_once, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  offset_ += text.size();
  return text;
}

void LossHistory::add_line(const std::string& line) {
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
