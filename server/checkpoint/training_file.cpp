#include "server/checkpoint/training_file.h"

#include <charconv>
#include <utility>
#include <vector>

#include "src/core/error.h"

namespace weir {
namespace {

constexpr const char* batch_key = "batch";
constexpr const char* scalars_key = "scalars";

[[noreturn]] void refuse(const std::string& place, const std::string& what) {
  throw Error(ErrorKind::input, place + " " + what + "; use another checkpoint");
}

const std::string& metadata_of(const safetensors::File& file, const std::string& key,
                               const std::string& place) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) refuse(place, "has no metadata '" + key + "'");
  return found->second;
}

std::size_t batch_of(const std::string& text, const std::string& place) {
  std::size_t batch = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), batch);
  if (code != std::errc{} || end != text.data() + text.size())
    refuse(place, "has '" + text + "' for a batch");
  return batch;
}

}  // namespace

FileRecord write_training(FileSystem& files, const Path& path, const TrainingState& state) {
  std::vector<safetensors::TensorView> views;
  for (const auto& tensor : state.tensors)
    views.push_back({tensor.name, tensor.type, tensor.shape, tensor.bytes});
  CheckedFile file(files, path);
  safetensors::write([&](std::string_view bytes) { file.write(bytes); }, views,
                     {{batch_key, std::to_string(state.batch)}, {scalars_key, state.scalars}});
  return file.finish();
}

TrainingState decode_training(std::string content, const std::string& place) {
  const auto file = safetensors::parse(std::move(content), place);
  TrainingState state;
  state.batch = batch_of(metadata_of(file, batch_key, place), place);
  state.scalars = metadata_of(file, scalars_key, place);
  for (const auto& view : file.tensors) {
    state.tensors.push_back({.name = view.name,
                             .type = view.type,
                             .shape = view.shape,
                             .bytes = {view.bytes.begin(), view.bytes.end()}});
  }
  return state;
}

}  // namespace weir
