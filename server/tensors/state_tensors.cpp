#include "server/tensors/state_tensors.h"

#include <array>
#include <cstring>
#include <map>
#include <utility>

#include "src/core/error.h"

namespace weir {
namespace {

using safetensors::DataType;

struct TypeRow {
  DataType type;
  torch::ScalarType scalar;
  const char* name;
};
constexpr std::array<TypeRow, 5> types = {{{DataType::f32, torch::kFloat32, "f32"},
                                           {DataType::f64, torch::kFloat64, "f64"},
                                           {DataType::i32, torch::kInt32, "i32"},
                                           {DataType::i64, torch::kInt64, "i64"},
                                           {DataType::u8, torch::kUInt8, "u8"}}};

const TypeRow& row_of(DataType type) {
  for (const auto& row : types)
    if (row.type == type) return row;
  return types.front();
}

const TypeRow& row_of(const NamedTensor& place) {
  for (const auto& row : types)
    if (row.scalar == place.tensor.scalar_type()) return row;
  throw Error(ErrorKind::input,
              "tensor '" + place.name + "' of the model has the type " +
                  std::string(c10::toString(place.tensor.scalar_type())) +
                  ", which no checkpoint holds: use 32 or 64 bits, or bytes without sign");
}

std::vector<std::size_t> shape_of(const torch::Tensor& tensor) {
  return {tensor.sizes().begin(), tensor.sizes().end()};
}

std::string described(DataType type, const std::vector<std::size_t>& shape) {
  std::string text = row_of(type).name;
  text += " [";
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (k > 0) text += ", ";
    text += std::to_string(shape[k]);
  }
  return text + "]";
}

std::string described(const NamedTensor& place) {
  return described(row_of(place).type, shape_of(place.tensor));
}

torch::Tensor view_of(const StateTensor& tensor) {
  std::vector<std::int64_t> shape(tensor.shape.begin(), tensor.shape.end());
  return torch::from_blob(const_cast<std::byte*>(tensor.bytes.data()), shape,
                          row_of(tensor.type).scalar);
}

void check_fit(const NamedTensor& place, const StateTensor& found) {
  const std::string expected = described(place), there = described(found.type, found.shape);
  if (expected != there) {
    throw Error(ErrorKind::input, "tensor '" + place.name + "' of the training state is " + there +
                                      ", this study's model and optimiser expect " + expected);
  }
  if (found.bytes.size() != place.tensor.nbytes()) {
    throw Error(ErrorKind::input, "tensor '" + place.name + "' of the training state has " +
                                      std::to_string(found.bytes.size()) + " bytes, its shape " +
                                      there + " has " + std::to_string(place.tensor.nbytes()));
  }
}

}  // namespace

safetensors::TensorView file_view(const NamedTensor& place) {
  const auto* const first = static_cast<const std::byte*>(place.tensor.data_ptr());
  return {place.name, row_of(place).type, shape_of(place.tensor), {first, place.tensor.nbytes()}};
}

std::vector<StateTensor> copies_of(const std::vector<NamedTensor>& places,
                                   const std::shared_ptr<RecycledMemory>& memory) {
  const torch::NoGradGuard no_gradients;
  std::vector<StateTensor> copies;
  for (const auto& place : places) {
    StateTensor copy{place.name, row_of(place).type, shape_of(place.tensor),
                     StateBytes(StateAllocator<std::byte>(memory))};
    copy.bytes.resize(place.tensor.nbytes());
    // LibTorch copies with all its threads.
    view_of(copy).copy_(place.tensor);
    copies.push_back(std::move(copy));
  }
  return copies;
}

void fill(const std::vector<NamedTensor>& places, const std::vector<StateTensor>& tensors) {
  std::map<std::string, const StateTensor*> unused;
  for (const auto& tensor : tensors) unused[tensor.name] = &tensor;
  std::vector<const StateTensor*> found;
  for (const auto& place : places) {
    const auto at = unused.find(place.name);
    if (at == unused.end()) {
      throw Error(ErrorKind::input, "the training state has no tensor '" + place.name +
                                        "', which this study expects as " + described(place));
    }
    check_fit(place, *at->second);
    found.push_back(at->second);
    unused.erase(at);
  }
  if (!unused.empty()) {
    const StateTensor& first = *unused.begin()->second;
    throw Error(ErrorKind::input, "the training state has a tensor '" + first.name + "' (" +
                                      described(first.type, first.shape) +
                                      ") that this study's model and optimiser do not have");
  }
  const torch::NoGradGuard no_gradients;
  for (std::size_t k = 0; k < places.size(); ++k) {
    auto tensor = places[k].tensor;
    tensor.copy_(view_of(*found[k]));
  }
}

}  // namespace weir
