#include "server/sampling/parameter_file.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "src/core/csv.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/number_text.h"
#include "src/core/planted_bug.h"

namespace weir {

namespace {

constexpr std::array<std::string_view, 3> drawn_by_names{"design", "exploration", "strategy"};
constexpr std::size_t columns_before = 2;  // sim, drawn_by

std::string line_of(const ParameterRow& row) {
  std::string line = std::to_string(row.sim);
  line += ',';
  line += drawn_by_names.at(static_cast<std::size_t>(row.by));
  for (const double value : row.values) line += ',' + exact_number_text(value);
  return line + '\n';
}

std::string lines_of(const std::vector<ParameterRow>& rows) {
  std::string lines;
  for (const ParameterRow& row : rows) lines += line_of(row);
  return lines;
}

template <class Number>
std::optional<Number> number_of(std::string_view cell) {
  Number value{};
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

std::optional<DrawnBy> drawn_by(std::string_view cell) {
  for (std::size_t k = 0; k < drawn_by_names.size(); ++k)
    if (drawn_by_names.at(k) == cell) return static_cast<DrawnBy>(k);
  return std::nullopt;
}

bool within(double value, const Parameter& parameter) {
  return value >= parameter.lower && value <= parameter.upper;  // NaN is not
}

/// Nothing: the line is no row of these parameters.
std::optional<ParameterRow> parse_row(std::string_view line,
                                      const std::vector<Parameter>& parameters) {
  const auto cells = csv_cells(line);
  if (cells.size() != columns_before + parameters.size()) return std::nullopt;
  const auto sim = number_of<std::uint64_t>(cells[0]);
  const auto by = drawn_by(cells[1]);
  if (!sim || !by) return std::nullopt;
  ParameterRow row{*sim, *by, {}};
  for (std::size_t d = 0; d < parameters.size(); ++d) {
    const auto value = number_of<double>(cells[columns_before + d]);
    if (!value || !within(*value, parameters[d])) return std::nullopt;
    row.values.push_back(*value);
  }
  return row;
}

}  // namespace

std::string ParameterFile::header() const {
  std::string header = "sim,drawn_by";
  for (const Parameter& parameter : parameters_) header += ',' + parameter.name;
  return header + '\n';
}

std::vector<ParameterRow> ParameterFile::read() const {
  if (!files_.exists(path_)) return {};
  const std::string text = files_.read(path_);
  const auto fail = [&](std::size_t line, const std::string& what) -> Error {
    return {ErrorKind::input, path_.string() + ", line " + std::to_string(line) + ": " + what +
                                  "; without it nobody knows with which parameters the simulations "
                                  "ran: restore the file, or begin in another folder"};
  };
  std::vector<ParameterRow> rows;
  std::set<std::uint64_t> sims;
  std::size_t number = 1;
  for (std::size_t begin = 0;; ++number) {
    const auto end = text.find('\n', begin);
    if (end == std::string::npos) break;
    const std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    if (number == 1) {
      if (std::string(line) + '\n' != header())
        throw fail(1, "expected the columns " + header().substr(0, header().size() - 1));
      continue;
    }
    auto row = parse_row(line, parameters_);
    if (!row) throw fail(number, "is damaged");
    if (!sims.insert(row->sim).second)
      throw fail(number, "has simulation " + std::to_string(row->sim) + " a second time");
    rows.push_back(std::move(*row));
  }
  return rows;
}

void ParameterFile::start(const std::vector<ParameterRow>& rows) {
  const std::string text = header() + lines_of(rows);
  files_.replace(path_, text, 0600);
  file_ = files_.append(path_, 0600);
  size_ = text.size();
  torn_ = false;
}

void ParameterFile::append(const std::vector<ParameterRow>& rows) {
  if (torn_) files_.truncate(path_, size_);
  const std::string lines = lines_of(rows);
  torn_ = true;
  WEIR_FAILPOINT("trainer.before_settled");
  file_->write(lines);
  if (!WEIR_BUG("settled_not_synced")) file_->sync();
  WEIR_FAILPOINT("trainer.after_settled");
  torn_ = false;
  size_ += lines.size();
}

}  // namespace weir
