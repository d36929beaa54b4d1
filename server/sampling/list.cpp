#include "server/sampling/list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <string>
#include <string_view>

#include "src/core/csv.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/number_text.h"

namespace weir {
namespace {

std::string read_text(const Path& file) {
  try {
    return posix_file_system().read(file);
  } catch (const Error& error) {
    throw Error(ErrorKind::input, std::string("/sampling/file: ") + error.what());
  }
}

// Reads one file; it knows the line for the messages.
class ListReader {
 public:
  ListReader(const std::vector<Parameter>& parameters, const Path& file)
      : parameters_(parameters), file_(file), text_(read_text(file)) {}

  std::vector<std::vector<double>> rows() {
    std::vector<std::vector<double>> rows;
    bool header = true;
    std::istringstream lines(text_);
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      if (trimmed(line).empty()) continue;
      if (header) {
        read_header(csv_cells(line));
      } else {
        rows.push_back(row(csv_cells(line)));
      }
      header = false;
    }
    if (header) fail("is empty; expected a header line " + expected_header());
    return rows;
  }

 private:
  [[noreturn]] void fail(const std::string& text) const {
    const std::string place = line_ == 0 ? "" : ", line " + std::to_string(line_);
    throw Error(ErrorKind::input, "/sampling/file: " + file_.string() + place + ": " + text);
  }

  std::string expected_header() const {
    std::string names;
    for (const Parameter& parameter : parameters_) {
      names += names.empty() ? "" : ",";
      names += parameter.name;
    }
    return names;
  }

  void read_header(const std::vector<std::string_view>& names) {
    for (const Parameter& parameter : parameters_) {
      const auto found = std::find(names.begin(), names.end(), parameter.name);
      if (found == names.end()) {
        fail("has no column \"" + parameter.name + "\"; expected the header " + expected_header());
      }
      columns_.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    if (names.size() != parameters_.size()) {
      fail("has " + std::to_string(names.size()) + " columns; expected the header " +
           expected_header());
    }
  }

  std::vector<double> row(const std::vector<std::string_view>& cells) const {
    if (cells.size() != parameters_.size()) {
      fail("has " + std::to_string(cells.size()) + " values; expected " +
           std::to_string(parameters_.size()));
    }
    std::vector<double> values;
    for (std::size_t d = 0; d < parameters_.size(); ++d) {
      values.push_back(value(cells[columns_[d]], parameters_[d]));
    }
    return values;
  }

  double value(std::string_view cell, const Parameter& parameter) const {
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
      fail(parameter.name + " is \"" + std::string(cell) + "\"; expected a number");
    }
    if (value < parameter.lower || value > parameter.upper) {
      fail(parameter.name + " is " + std::string(cell) + ", out of its bounds, " +
           exact_number_text(parameter.lower) + " to " + exact_number_text(parameter.upper));
    }
    return value;
  }

  const std::vector<Parameter>& parameters_;
  Path file_;
  std::string text_;
  std::size_t line_ = 0;
  std::vector<std::size_t> columns_;  // where each parameter of the study stands in the file
};

}  // namespace

ListDesign::ListDesign(const std::vector<Parameter>& parameters, const Path& file,
                       std::size_t count)
    : rows_(ListReader(parameters, file).rows()) {
  if (rows_.size() < count) {
    throw Error(ErrorKind::input, "/sampling/file: " + file.string() + ": has " +
                                      std::to_string(rows_.size()) +
                                      " simulations, fewer than /simulation/count, " +
                                      std::to_string(count) + "; add lines or lower the count");
  }
}

std::optional<std::vector<double>> ListDesign::parameters(std::uint64_t sim) const {
  if (sim >= rows_.size()) return {};
  return rows_[sim];
}

}  // namespace weir
