#pragma once
// Parameters from a CSV file: a header line with the parameters' names in any order, then a line a
// simulation.

#include "server/sampling/design.h"

namespace weir {

class ListDesign final : public Design {
 public:
  /// Blanks around values, empty lines and CR before LF are allowed; quotes are not. Error{input}
  /// naming file and line: not readable, other names than the study's, a value that is no number or
  /// out of bounds, fewer lines than `count`.
  ListDesign(const std::vector<Parameter>& parameters, const std::filesystem::path& file,
             std::size_t count);

  std::optional<std::vector<double>> parameters(std::uint64_t sim) const override;

 private:
  std::vector<std::vector<double>> rows_;
};

}  // namespace weir
