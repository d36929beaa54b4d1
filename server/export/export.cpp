#include "server/export/export.h"

#include <algorithm>
#include <exception>
#include <ostream>
#include <streambuf>

#include <torch/script.h>

#include "server/checkpoint/replacing_file.h"
#include "server/checkpoint/safetensors.h"
#include "server/export/output_values.h"
#include "server/models/script.h"
#include "server/tensors/state_tensors.h"
#include "src/core/error.h"

namespace weir {
namespace {

/// Hands what a stream is given to a file. After a failed write it takes the rest and drops it:
/// LibTorch's writer ends the process when its stream fails, since its destructor throws. So the
/// error waits for rethrow().
class FileBuffer final : public std::streambuf {
 public:
  explicit FileBuffer(ReplacingFile& file) : file_(file) {}

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    if (error_) return count;
    try {
      file_.write({bytes, static_cast<std::size_t>(count)});
    } catch (const Error&) {
      error_ = std::current_exception();
    }
    return count;
  }
  int_type overflow(int_type c) override {
    const char byte = traits_type::to_char_type(c);
    xsputn(&byte, 1);
    return traits_type::not_eof(c);
  }

 private:
  ReplacingFile& file_;
  std::exception_ptr error_;
};

torch::Tensor buffer_of(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64).to(torch::kFloat32);
}

torch::Tensor field_buffer(const Normalisation& normalisation, double FieldStatistics::*member) {
  std::vector<double> values;
  for (const auto& field : normalisation.fields) values.push_back(field.*member);
  return buffer_of(values);
}

torch::Tensor output_buffer(const Normalisation& normalisation, double FieldStatistics::*member) {
  return torch::tensor(output_values(normalisation, member));
}

torch::jit::Module script_module(const Model& model, const Normalisation& normalisation) {
  torch::jit::Module module("Surrogate");
  add_tensors(module, model);
  module.register_buffer("input_centre", buffer_of(normalisation.centre));
  module.register_buffer("input_half_width", buffer_of(normalisation.half_width));
  module.register_buffer("output_mean", output_buffer(normalisation, &FieldStatistics::mean));
  module.register_buffer("output_deviation",
                         output_buffer(normalisation, &FieldStatistics::deviation));
  std::string arguments = "inputs",
              statements = "    h = (inputs - self.input_centre) / self.input_half_width\n";
  if (normalisation.state) {
    arguments += ", state";
    statements += "    s = (state - self.output_mean) / self.output_deviation\n";
  }
  define_forward(module, arguments, statements + model.script(),
                 "h * self.output_deviation + self.output_mean");
  module.eval();
  return module;
}

}  // namespace

void export_safetensors(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const Normalisation& normalisation, const std::string& study) {
  std::vector<NamedTensor> places;
  for (const auto& item : model.named_parameters())
    places.push_back({item.key(), item.value().contiguous()});
  for (const auto& item : model.named_buffers())
    places.push_back({item.key(), item.value().contiguous()});
  places.push_back({"input_centre", buffer_of(normalisation.centre)});
  places.push_back({"input_half_width", buffer_of(normalisation.half_width)});
  places.push_back({"output_mean", field_buffer(normalisation, &FieldStatistics::mean)});
  places.push_back({"output_deviation", field_buffer(normalisation, &FieldStatistics::deviation)});
  std::vector<safetensors::TensorView> tensors;
  for (const auto& place : places) tensors.push_back(file_view(place));
  safetensors::write(files, path, tensors, {{"format", "pt"}, {"study", study}});
}

void export_torchscript(FileSystem& files, const std::filesystem::path& path, const Model& model,
                        const Normalisation& normalisation) {
  const auto module = script_module(model, normalisation);
  ReplacingFile file(files, path);
  FileBuffer buffer(file);
  std::ostream stream(&buffer);
  module.save(stream);
  buffer.rethrow();
  file.commit();
}

}  // namespace weir
