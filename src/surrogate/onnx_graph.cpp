#include "src/surrogate/onnx_graph.h"

namespace weir {
namespace {

namespace model {
constexpr int ir_version = 1, producer_name = 2, producer_version = 3, doc_string = 6, graph = 7,
              opset_import = 8, metadata_props = 14;
constexpr std::uint64_t ir = 7, opset = 13;
}  // namespace model
namespace graph {
constexpr int node = 1, name = 2, initializer = 5, input = 11, output = 12;
}
namespace node_field {
constexpr int input = 1, output = 2, name = 3, op_type = 4, attribute = 5;
}
namespace attribute_field {
constexpr int name = 1, i = 3, s = 4, ints = 8, type = 20;
constexpr std::uint64_t type_int = 2, type_string = 3, type_ints = 7;
}  // namespace attribute_field
namespace tensor_field {
constexpr int dims = 1, data_type = 2, name = 8, raw_data = 9;
constexpr int float32 = 1, int64 = 7;
}  // namespace tensor_field
namespace value_info {
constexpr int name = 1, type = 2, doc_string = 3;
}
namespace type_proto {
constexpr int tensor_type = 1, elem_type = 1, shape = 2, dim = 1, dim_value = 1, dim_param = 2;
}
namespace operator_set {
constexpr int domain = 1, version = 2;
}
namespace entry {
constexpr int key = 1, value = 2;
}

using Text = std::string_view;

ProtobufMessage message_of(const OnnxGraph::Attribute& attribute) {
  namespace field = attribute_field;
  ProtobufMessage message;
  message.put(field::name, attribute.first);
  if (const auto* number = std::get_if<std::int64_t>(&attribute.second)) {
    message.put(field::i, static_cast<std::uint64_t>(*number));
    message.put(field::type, field::type_int);
  } else if (const auto* list = std::get_if<OnnxGraph::Shape>(&attribute.second)) {
    for (const auto value : *list) message.put(field::ints, static_cast<std::uint64_t>(value));
    message.put(field::type, field::type_ints);
  } else {
    message.put(field::s, Text(std::get<std::string>(attribute.second)));
    message.put(field::type, field::type_string);
  }
  return message;
}

ProtobufMessage rows(const std::string& name, std::size_t values, const std::string& meaning) {
  namespace field = type_proto;
  ProtobufMessage batch, width, shape, tensor, type, info;
  batch.put(field::dim_param, Text("batch"));
  width.put(field::dim_value, static_cast<std::uint64_t>(values));
  shape.put(field::dim, batch);
  shape.put(field::dim, width);
  tensor.put(field::elem_type, static_cast<std::uint64_t>(tensor_field::float32));
  tensor.put(field::shape, shape);
  type.put(field::tensor_type, tensor);
  info.put(value_info::name, Text(name));
  info.put(value_info::type, type);
  info.put(value_info::doc_string, Text(meaning));
  return info;
}

template <class Value>
std::string_view bytes_of(std::span<const Value> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

OnnxGraph::OnnxGraph(const std::string& name) { graph_.put(graph::name, Text(name)); }

std::string OnnxGraph::node(const std::string& type, const std::vector<std::string>& inputs,
                            std::initializer_list<Attribute> attributes) {
  const std::string result = type + "_" + std::to_string(nodes_++);
  ProtobufMessage message;
  for (const auto& input : inputs) message.put(node_field::input, Text(input));
  message.put(node_field::output, Text(result));
  message.put(node_field::name, Text(result));
  message.put(node_field::op_type, Text(type));
  for (const auto& attribute : attributes)
    message.put(node_field::attribute, message_of(attribute));
  graph_.put(graph::node, message);
  return result;
}

std::string OnnxGraph::constant(const std::string& called, const Shape& shape,
                                std::vector<float> values) {
  if (!constants_.insert(called).second) return called;
  floats_.push_back(std::move(values));
  tensor(called, shape, floats_.back());
  return called;
}

std::string OnnxGraph::integers(const Shape& values) {
  std::string called = "integers";
  for (const auto value : values) called.append("_").append(std::to_string(value));
  if (!constants_.insert(called).second) return called;
  integers_.push_back(values);
  add_tensor(called, {static_cast<std::int64_t>(values.size())}, tensor_field::int64,
             bytes_of(std::span<const std::int64_t>(integers_.back())));
  return called;
}

void OnnxGraph::tensor(const std::string& called, const Shape& shape,
                       std::span<const float> values) {
  add_tensor(called, shape, tensor_field::float32, bytes_of(values));
}

void OnnxGraph::add_tensor(const std::string& called, const Shape& shape, int type,
                           std::string_view values) {
  ProtobufMessage message;
  for (const auto extent : shape)
    message.put(tensor_field::dims, static_cast<std::uint64_t>(extent));
  message.put(tensor_field::data_type, static_cast<std::uint64_t>(type));
  message.put(tensor_field::name, Text(called));
  message.announce(tensor_field::raw_data, values.size());
  ProtobufMessage head;
  head.announce(graph::initializer, message.bytes().size() + values.size());
  tensors_.push_back({head.bytes() + message.bytes(), values});
}

void OnnxGraph::input(const std::string& called, std::size_t values, const std::string& what) {
  graph_.put(graph::input, rows(called, values, what));
}

void OnnxGraph::output(const std::string& called, const std::string& value, std::size_t values,
                       const std::string& what) {
  ProtobufMessage message;
  message.put(node_field::input, Text(value));
  message.put(node_field::output, Text(called));
  message.put(node_field::name, Text(called));
  message.put(node_field::op_type, Text("Identity"));
  graph_.put(graph::node, message);
  graph_.put(graph::output, rows(called, values, what));
}

std::uint64_t OnnxGraph::graph_size() const {
  std::uint64_t size = graph_.bytes().size();
  for (const auto& one : tensors_) size += one.head.size() + one.values.size();
  return size;
}

std::string OnnxGraph::before_graph() const {
  ProtobufMessage set, message;
  set.put(operator_set::domain, Text(""));
  set.put(operator_set::version, model::opset);
  message.put(model::ir_version, model::ir);
  message.put(model::producer_name, Text("weir"));
  message.put(model::producer_version, Text(producer_version));
  message.put(model::doc_string, Text(meaning));
  message.put(model::opset_import, set);
  for (const auto& [key, value] : properties) {
    ProtobufMessage pair;
    pair.put(entry::key, Text(key));
    pair.put(entry::value, Text(value));
    message.put(model::metadata_props, pair);
  }
  message.announce(model::graph, graph_size());
  return message.bytes();
}

std::uint64_t OnnxGraph::size() const { return before_graph().size() + graph_size(); }

void OnnxGraph::write(const std::function<void(std::string_view)>& put) const {
  put(before_graph());
  put(graph_.bytes());
  for (const auto& one : tensors_) {
    put(one.head);
    put(one.values);
  }
}

}  // namespace weir
