#include "server/predict/parameter_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

#include "server/data/data_set.h"
#include "src/core/csv.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/number_text.h"
#include "src/study/nearest.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const std::string& text) { throw Error(ErrorKind::input, text); }

double number_of(std::string_view text, const std::string& place) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    refuse(place + " is \"" + std::string(text) + "\"; expected a number");
  return value;
}

std::string text_of(const std::string& file) {
  try {
    return posix_file_system().read(file);
  } catch (const Error& error) {
    refuse(std::string("--parameters: ") + error.what() + "; give NAME=VALUE or a CSV file");
  }
}

/// Collects what was given, each parameter once.
class Given {
 public:
  explicit Given(const Study& study) : study_(study) {
    for (const auto& parameter : study.parameters) names_.push_back(parameter.name);
  }

  void add(const std::string& word) {
    if (word.find('=') == std::string::npos) return add_file(word);
    for (const auto cell : csv_cells(word)) {
      const auto equals = cell.find('=');
      if (equals == std::string_view::npos)
        refuse("--parameters: \"" + std::string(cell) + "\" is no NAME=VALUE");
      const std::string name(trimmed(cell.substr(0, equals)));
      const auto value = number_of(trimmed(cell.substr(equals + 1)), "--parameters: " + name);
      if (!values_.emplace(index_of(name, "--parameters"), value).second)
        refuse("--parameters: " + name + " is given twice");
    }
  }

  /// Parameter → value for every simulation.
  const std::map<std::size_t, double>& values() const { return values_; }
  bool has_file() const { return !file_.empty(); }

  std::vector<std::vector<double>> rows() const {
    for (std::size_t p = 0; p < names_.size(); ++p) {
      const bool in_file = std::count(columns_.begin(), columns_.end(), p) > 0;
      if (in_file && values_.count(p) > 0)
        refuse("--parameters: " + names_[p] + " is given twice, in " + file_ + " and by itself");
      if (!in_file && values_.count(p) == 0)
        refuse("--parameters: " + names_[p] + " is missing; give " + names_[p] +
               "=VALUE, or a column of it in a CSV file");
    }
    std::vector<std::vector<double>> rows(has_file() ? lines_.size() : 1,
                                          std::vector<double>(names_.size()));
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (const auto& [p, value] : values_) rows[r][p] = value;
      for (std::size_t c = 0; c < columns_.size(); ++c) rows[r][columns_[c]] = lines_[r][c];
    }
    return rows;
  }

 private:
  std::size_t index_of(const std::string& name, const std::string& place) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end())
      refuse(place + ": the model has no parameter \"" + name + "\"" + suggestion(name, names_));
    return static_cast<std::size_t>(found - names_.begin());
  }

  void add_file(const std::string& file) {
    if (has_file()) refuse("--parameters: there are two files, " + file_ + " and " + file);
    file_ = file;
    std::istringstream text(text_of(file));
    std::size_t number = 0;
    for (std::string line; std::getline(text, line);) {
      const std::string place = file + ", line " + std::to_string(++number);
      if (!trimmed(line).empty()) add_line(csv_cells(line), place);
    }
    if (lines_.empty())
      refuse(file +
             " has no simulation: expected a header line with the parameters' names, then a line "
             "each");
  }

  void add_line(const std::vector<std::string_view>& cells, const std::string& place) {
    if (columns_.empty()) {
      for (const auto cell : cells) {
        const auto column = index_of(std::string(cell), place);
        if (std::count(columns_.begin(), columns_.end(), column) > 0)
          refuse(place + ": " + names_[column] + " is given twice");
        columns_.push_back(column);
      }
      return;
    }
    if (cells.size() != columns_.size())
      refuse(place + " has " + std::to_string(cells.size()) + " values; expected " +
             std::to_string(columns_.size()));
    std::vector<double> values;
    for (std::size_t c = 0; c < cells.size(); ++c)
      values.push_back(number_of(cells[c], place + ": " + names_[columns_[c]]));
    lines_.push_back(std::move(values));
  }

  const Study& study_;
  std::vector<std::string> names_;
  std::map<std::size_t, double> values_;
  std::string file_;
  std::vector<std::size_t> columns_;  ///< of the file → parameter
  std::vector<std::vector<double>> lines_;
};

void add_simulation(ParameterTable& table, const DataSet& data, std::size_t position,
                    const Given& given) {
  const auto own = data.parameters(position);
  table.simulations.push_back(data.id(position * data.steps()).sim);
  table.positions.push_back(position);
  table.rows.emplace_back(own.begin(), own.end());
  for (const auto& [p, value] : given.values()) table.rows.back()[p] = value;
}

ParameterTable of_source(const Study& study, const DataSource& source, const Given& given) {
  if (given.has_file())
    refuse(
        "--parameters names a file, but --from says already which simulations to predict; give "
        "NAME=VALUE or leave one of both out");
  const DataSet data(source.file, study);
  ParameterTable table;
  for (std::size_t position = 0; position < data.simulations(); ++position) {
    const auto sim = data.id(position * data.steps()).sim;
    if (!source.simulation || *source.simulation == sim)
      add_simulation(table, data, position, given);
  }
  if (table.rows.empty()) {
    std::string text = "--from: " + source.file.string() + " has no simulation";
    if (source.simulation) text.append(" ").append(std::to_string(*source.simulation));
    refuse(text);
  }
  return table;
}

}  // namespace

DataSource parse_source(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || text.find('/', colon) != std::string::npos) return {text, {}};
  const std::string_view digits = std::string_view(text).substr(colon + 1);
  std::uint64_t simulation = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), simulation);
  if (error != std::errc() || end != digits.data() + digits.size())
    refuse("--from is \"" + text + "\"; expected FILE.h5 or FILE.h5:SIMULATION");
  return {text.substr(0, colon), simulation};
}

ParameterTable make_table(const Study& study, const std::vector<std::string>& given,
                          const std::optional<DataSource>& source) {
  Given collected(study);
  for (const auto& word : given) collected.add(word);
  if (source) return of_source(study, *source, collected);
  ParameterTable table;
  table.rows = collected.rows();
  for (std::size_t sim = 0; sim < table.rows.size(); ++sim) table.simulations.push_back(sim);
  return table;
}

std::vector<std::string> bound_warnings(const Study& study, const ParameterTable& table) {
  std::vector<std::string> warnings;
  for (std::size_t p = 0; p < study.parameters.size(); ++p) {
    const auto& parameter = study.parameters[p];
    std::size_t outside = 0;
    std::string first;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      const double value = table.rows[r][p];
      if (value >= parameter.lower && value <= parameter.upper) continue;
      if (outside++ == 0)
        first = parameter.name + " is " + number_text(value) + " in simulation " +
                std::to_string(table.simulations[r]);
    }
    if (outside == 0) continue;
    if (outside > 1) first += " and outside in " + std::to_string(outside - 1) + " more";
    warnings.push_back(first + ": the model was trained on " + number_text(parameter.lower) +
                       " to " + number_text(parameter.upper) + " and extrapolates");
  }
  return warnings;
}

}  // namespace weir
