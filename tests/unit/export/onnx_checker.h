#pragma once
// What onnx itself says of a model. Its headers, which bring in protobuf's, stay in one file.

#include <string>

namespace weir::test {

/// Checks the model and infers all shapes. What is wrong with it; empty: nothing.
std::string onnx_fault(const std::string& file);

}  // namespace weir::test
