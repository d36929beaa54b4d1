#pragma once
// An ONNX model under construction: nodes, constants, named inputs and an output. Neither onnx nor
// protobuf is needed.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "src/core/protobuf.h"

namespace weir {

/// Source: onnx.proto, IR version 7, operator set 13: what runtimes since 2021 understand. Not
/// thread-safe.
class OnnxGraph {
 public:
  /// `name`: of the graph.
  explicit OnnxGraph(const std::string& name);
  OnnxGraph(const OnnxGraph&) = delete;
  OnnxGraph& operator=(const OnnxGraph&) = delete;

  using Attribute = std::pair<std::string_view,
                              std::variant<std::int64_t, std::vector<std::int64_t>, std::string>>;
  using Shape = std::vector<std::int64_t>;

  /// Adds a node; the name of what it gives.
  std::string node(const std::string& type, std::initializer_list<std::string> inputs,
                   std::initializer_list<Attribute> attributes = {}) {
    return node(type, std::vector<std::string>(inputs), attributes);
  }
  std::string node(const std::string& type, const std::vector<std::string>& inputs,
                   std::initializer_list<Attribute> attributes = {});

  /// FP32 constants that the graph owns; a name that is there already is not added again. Returns
  /// the name.
  std::string constant(const std::string& name, const Shape& shape, std::vector<float> values);
  /// A list of whole numbers, such as a shape.
  std::string integers(const Shape& values);
  /// FP32 values that outlive the graph and are not copied.
  void tensor(const std::string& name, const Shape& shape, std::span<const float> values);

  /// FP32, [batch, values].
  void input(const std::string& name, std::size_t values, const std::string& meaning);
  /// Names `value`, [batch, values], as the one output.
  void output(const std::string& name, const std::string& value, std::size_t values,
              const std::string& meaning);

  /// Of the file; a reader of protobuf takes less than 2 GiB.
  std::uint64_t size() const;
  /// The file, in pieces: a tensor's values are one.
  void write(const std::function<void(std::string_view)>& put) const;

  std::string producer_version, meaning;                        ///< of the model
  std::vector<std::pair<std::string, std::string>> properties;  ///< metadata: keys and texts

 private:
  struct Tensor {
    std::string head;  ///< the message up to its values
    std::string_view values;
  };

  std::string before_graph() const;
  std::uint64_t graph_size() const;
  void add_tensor(const std::string& name, const Shape& shape, int type, std::string_view values);

  ProtobufMessage graph_;  ///< but its tensors
  std::vector<Tensor> tensors_;
  // What tensors_ point into: growing moves the lists, and leaves their values where they are.
  std::vector<std::vector<float>> floats_;
  std::vector<Shape> integers_;
  std::set<std::string> constants_;
  std::size_t nodes_ = 0;
};

}  // namespace weir
