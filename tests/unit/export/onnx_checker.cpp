#include "tests/unit/export/onnx_checker.h"

#include <exception>

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

namespace weir::test {

std::string onnx_fault(const std::string& file) {
  onnx::ModelProto model;
  if (!model.ParseFromString(file)) return "not a protobuf message of a model";
  try {
    onnx::checker::check_model(model);
    const onnx::ShapeInferenceOptions strict(/*check_type=*/true, /*strict_mode=*/1,
                                             /*data_propagation=*/true);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), strict);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace weir::test
