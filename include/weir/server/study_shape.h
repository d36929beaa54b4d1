#pragma once
// What a model, a loss, a transform, a loop or a strategy of one's own is told of the study that it
// is made for. Needs the standard library alone.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weir {

struct ParameterShape {
  std::string name;
  double lower = 0, upper = 0;  ///< physical; scaled to [-1, 1] in the inputs
  std::string unit;
};

struct FieldShape {
  std::string name;
  std::vector<std::size_t> shape;  ///< row-major
  std::string unit;
  std::size_t offset = 0,
              size = 0;  ///< where its values lie among the outputs, and how many they are
};

/// Plain data; the same on all ranks but for `rank`.
struct StudyShape {
  std::string name;
  std::uint64_t seed = 0;
  std::vector<ParameterShape> parameters;
  std::vector<FieldShape> fields;
  std::size_t steps = 0;        ///< of a simulation
  bool autoregressive = false;  ///< a sample has a state: the fields of an earlier step
  std::size_t batch = 0;        ///< samples of a batch on each rank; the last one may be smaller
  std::size_t accumulate = 1;   ///< batches of a step; a transform gets them as one
  std::size_t rank = 0, ranks = 1;

  /// Width of a model's inputs: the parameters in the study's order, then time.
  std::size_t inputs() const { return parameters.size() + 1; }
  /// Width of a model's outputs: all values of all fields in the study's order.
  std::size_t outputs() const {
    std::size_t values = 0;
    for (const auto& field : fields) values += field.size;
    return values;
  }
};

}  // namespace weir
