// model.onnx: the plan's operations between normalisations, with the trained tensors.

#include <weir/version.h>

#include <algorithm>
#include <map>

#include "server/checkpoint/replacing_file.h"
#include "server/export/export.h"
#include "server/export/output_values.h"
#include "src/surrogate/onnx_graph.h"
#include "src/surrogate/onnx_operations.h"

namespace weir {
namespace {

constexpr std::uint64_t largest = (std::uint64_t{1} << 31) - 1;

std::string with_unit(const std::string& name, const std::string& unit) {
  return unit.empty() ? name : name + " [" + unit + "]";
}

std::string text_of_inputs(const Study& study) {
  std::string text;
  for (const auto& parameter : study.parameters)
    text += with_unit(parameter.name, parameter.unit) + ", ";
  return text + with_unit("time", study.simulation.time.unit);
}

std::string text_of_outputs(const Study& study) {
  std::string text;
  for (const auto& field : study.simulation.fields) {
    text += (text.empty() ? "" : ", ") + with_unit(field.name, field.unit);
    for (std::size_t axis = 0; axis < field.shape.size(); ++axis)
      text += (axis == 0 ? " " : " × ") + std::to_string(field.shape[axis]);
  }
  return text + "; one field after another, each row-major";
}

void add_tensors(OnnxGraph& graph, const Model& model) {
  const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
    graph.tensor(name, tensor.sizes().vec(),
                 {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
  };
  for (const auto& item : model.named_parameters()) add(item.key(), item.value());
  for (const auto& item : model.named_buffers()) add(item.key(), item.value());
}

void add_normalisation(OnnxGraph& graph, const Normalisation& normalisation) {
  const auto inputs = static_cast<std::int64_t>(normalisation.inputs());
  const auto outputs = static_cast<std::int64_t>(normalisation.outputs());
  const auto floats = [](const std::vector<double>& values) {
    return std::vector<float>(values.begin(), values.end());
  };
  graph.constant("input_centre", {inputs}, floats(normalisation.centre));
  graph.constant("input_half_width", {inputs}, floats(normalisation.half_width));
  graph.constant("output_mean", {outputs}, output_values(normalisation, &FieldStatistics::mean));
  graph.constant("output_deviation", {outputs},
                 output_values(normalisation, &FieldStatistics::deviation));
}

/// From the inputs' names to the output's.
void add_function(OnnxGraph& graph, const ModelPlan& plan, const Study& study,
                  const Normalisation& normalisation) {
  graph.input("inputs", normalisation.inputs(), text_of_inputs(study));
  std::map<std::string, std::string> values;
  values["h"] =
      graph.node("Div", {graph.node("Sub", {"inputs", "input_centre"}), "input_half_width"});
  if (plan.state) {
    graph.input("state", normalisation.outputs(),
                "the fields of an earlier step: " + text_of_outputs(study));
    values["s"] =
        graph.node("Div", {graph.node("Sub", {"state", "output_mean"}), "output_deviation"});
  }
  add_operations(graph, plan.operations, values);
  const auto scaled = graph.node("Mul", {values["h"], "output_deviation"});
  graph.output("outputs", graph.node("Add", {scaled, "output_mean"}), normalisation.outputs(),
               text_of_outputs(study));
}

}  // namespace

std::string export_onnx(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const Normalisation& normalisation, const Study& study) {
  files.remove(path);  // of an earlier model
  if (!model.plan()) return "weir does not know which operations this kind of model is made of";
  OnnxGraph graph("surrogate");
  graph.producer_version = WEIR_VERSION;
  graph.meaning = "Surrogate of " + study.name + ". Inputs and outputs are physical values.";
  graph.properties = {{"study", study.name}};
  add_tensors(graph, model);
  add_normalisation(graph, normalisation);
  add_function(graph, *model.plan(), study, normalisation);
  if (graph.size() > largest)
    return "the model is larger than 2 GiB, the most that the format takes";
  ReplacingFile file(files, path);
  graph.write([&](std::string_view bytes) { file.write(bytes); });
  file.commit();
  return {};
}

}  // namespace weir
