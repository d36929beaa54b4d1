#pragma once
// Which simulations are to be predicted: their numbers and parameters, from what the user gave. No
// LibTorch.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/study/study.h"

namespace weir {

struct ParameterTable {
  std::vector<std::uint64_t> simulations;  ///< numbers, ascending
  std::vector<std::vector<double>> rows;  ///< parameters in the study's order, one row a simulation
  std::vector<std::size_t> positions;     ///< in the data set; empty without one
};

/// A data set, and one simulation of it or all.
struct DataSource {
  std::filesystem::path file;
  std::optional<std::uint64_t> simulation;
};

/// "F.h5" or "F.h5:7". Error{input}: what follows the colon is no number.
DataSource parse_source(const std::string& text);

/// `given`: "name=value" (several with commas between) or the name of a CSV file: a header line
/// with names, then a line a simulation; columns in any order. Values that stand alone are for
/// every simulation. With a source its simulations' parameters, but for those given by name=value.
/// Error{input}: an unknown name (with the nearest one), one given twice or missing, a value that
/// is no finite number, a file that cannot be read, a simulation that the data set has not.
ParameterTable make_table(const Study& study, const std::vector<std::string>& given,
                          const std::optional<DataSource>& source);

/// One sentence for each parameter that is outside its bounds in some simulation.
std::vector<std::string> bound_warnings(const Study& study, const ParameterTable& table);

}  // namespace weir
