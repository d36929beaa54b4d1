#pragma once
// The safetensors format: 8 bytes little-endian header length, a JSON header, then the tensors' raw
// little-endian values.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/file_system.h"

namespace weir::safetensors {

enum class DataType { f32, f64, i32, i64, u8 };

using Metadata = std::map<std::string, std::string>;

struct TensorView {
  std::string name;
  DataType type = DataType::f32;
  std::vector<std::size_t> shape;      ///< row-major; empty: a scalar
  std::span<const std::byte> bytes{};  ///< its values; not owned
};

/// Writes the tensors in the order given; the header is padded with spaces so that values begin at
/// a multiple of 8. The file appears whole or not at all. Preconditions: names differ, bytes match
/// type and shape. Errors: those of FileSystem.
void write(FileSystem& files, const std::filesystem::path& path,
           std::span<const TensorView> tensors, const Metadata& metadata);
/// The same to a file of the caller's: `put` takes the bytes in order, a tensor at a time.
void write(const std::function<void(std::string_view)>& put, std::span<const TensorView> tensors,
           const Metadata& metadata);

/// What a file holds. The tensors point into `content`; movable, not copyable.
struct File {
  std::string content;
  Metadata metadata;
  std::vector<TensorView> tensors;  ///< in the order of their values

  File() = default;
  File(File&&) = default;
  File& operator=(File&&) = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const TensorView* find(const std::string& name) const;  ///< nullptr: not there
};

/// Reads and checks everything: lengths, JSON, names given twice, unknown keys and types, shapes
/// against sizes, values that overlap, leave a gap or end early or late. Errors: Error{input}
/// naming the path and what is wrong; those of FileSystem.
File read(FileSystem& files, const std::filesystem::path& path);
/// The same from memory; `place` is named in errors.
File parse(std::string content, const std::string& place);

}  // namespace weir::safetensors
