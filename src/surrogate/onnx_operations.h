#pragma once
// Operations as nodes of an ONNX graph.

#include <map>
#include <string>
#include <vector>

#include "src/surrogate/onnx_graph.h"
#include "src/surrogate/operation.h"

namespace weir {

/// Adds nodes for the operations. `values`: what stands for "h", and "s" if it is used, in the
/// graph; afterwards "h" is the output. The operations' tensors are in the graph, or are added to
/// it, under their own names.
void add_operations(OnnxGraph& graph, const std::vector<Operation>& operations,
                    std::map<std::string, std::string>& values);

}  // namespace weir
