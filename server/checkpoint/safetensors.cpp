#include "server/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "server/checkpoint/replacing_file.h"
#include "src/core/error.h"

namespace weir::safetensors {
namespace {

static_assert(std::endian::native == std::endian::little,
              "values are written as they lie in memory");

using nlohmann::json;
constexpr std::size_t prefix = 8;  // bytes of the header length
constexpr std::size_t alignment = 8;
constexpr std::size_t longest_header = 100'000'000;  // the limit of the format
constexpr const char* metadata_key = "__metadata__";

struct TypeName {
  DataType type;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<TypeName, 5> types = {{{DataType::f32, "F32", 4},
                                            {DataType::f64, "F64", 8},
                                            {DataType::i32, "I32", 4},
                                            {DataType::i64, "I64", 8},
                                            {DataType::u8, "U8", 1}}};

std::string_view name_of(DataType type) {
  return std::find_if(types.begin(), types.end(), [&](auto& t) { return t.type == type; })->name;
}

std::string header_of(std::span<const TensorView> tensors, const Metadata& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[metadata_key] = metadata;
  std::size_t offset = 0;
  for (const auto& tensor : tensors) {
    const std::size_t end = offset + tensor.bytes.size();
    header[tensor.name] = {
        {"dtype", name_of(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  return text;
}

/// Reads a header, refusing whatever write() could not have meant.
class Parser {
 public:
  Parser(std::string content, std::string place) : place_(std::move(place)) {
    file_.content = std::move(content);
  }

  File parse() {
    const json header = read_header();
    for (const auto& [name, entry] : header.items()) {
      if (name == metadata_key) {
        read_metadata(entry);
      } else {
        read_tensor(name, entry);
      }
    }
    check_cover();
    return std::move(file_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::input,
                place_ + " is not a valid safetensors file: " + what + "; take an intact copy");
  }

  json read_header() {
    const std::string& content = file_.content;
    if (content.size() < prefix) refuse("it ends within its first 8 bytes");
    std::uint64_t length = 0;
    for (std::size_t k = prefix; k-- > 0;) {
      length = length << 8 | static_cast<unsigned char>(content[k]);
    }
    if (length > longest_header || length > content.size() - prefix) {
      refuse("a header of " + std::to_string(length) + " bytes does not fit in it");
    }
    values_begin_ = prefix + static_cast<std::size_t>(length);
    const std::string_view text(content.data() + prefix, static_cast<std::size_t>(length));
    if (!text.starts_with('{')) refuse("the header does not begin with '{'");
    return parse_json(text);
  }

  /// JSON keeps the last of two equal keys; here both are refused, since a name stands for one
  /// tensor.
  json parse_json(std::string_view text) const {
    std::vector<std::set<std::string>> open;
    const auto watch = [&](int, json::parse_event_t event, json& value) {
      if (event == json::parse_event_t::object_start) open.emplace_back();
      if (event == json::parse_event_t::object_end) open.pop_back();
      if (event == json::parse_event_t::key && !open.back().insert(value).second) {
        refuse("'" + value.get<std::string>() + "' is there twice");
      }
      return true;
    };
    try {
      return json::parse(text, watch);
    } catch (const json::exception&) {
      refuse("the header is not JSON");
    }
  }

  void read_metadata(const json& entry) {
    if (!entry.is_object()) refuse("its metadata is not an object");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) refuse("metadata '" + key + "' is not a string");
      file_.metadata[key] = value.get<std::string>();
    }
  }

  void read_tensor(const std::string& name, const json& entry) {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets")) {
      refuse("tensor '" + name + "' has other keys than dtype, shape, data_offsets");
    }
    const auto offsets = whole_numbers(name, entry["data_offsets"]);
    const std::size_t available = file_.content.size() - values_begin_;
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > available) {
      refuse("the values of tensor '" + name + "' lie outside it");
    }
    const TypeName& type = type_of(name, entry["dtype"]);
    TensorView tensor{name, type.type, whole_numbers(name, entry["shape"])};
    const std::size_t size = offsets[1] - offsets[0];
    if (bytes_of(tensor.shape, type.size) != size) {
      refuse("tensor '" + name + "' has " + std::to_string(size) +
             " bytes, not what its shape takes");
    }
    tensor.bytes =
        std::as_bytes(std::span(file_.content)).subspan(values_begin_ + offsets[0], size);
    file_.tensors.push_back(std::move(tensor));
  }

  const TypeName& type_of(const std::string& name, const json& entry) const {
    const auto* const found = std::find_if(
        types.begin(), types.end(), [&](const TypeName& type) { return entry == type.name; });
    if (found == types.end()) {
      refuse("tensor '" + name + "' has type " +
             entry.dump(-1, ' ', true, json::error_handler_t::replace) +
             ", not one of F32, F64, I32, I64, U8");
    }
    return *found;
  }

  std::vector<std::size_t> whole_numbers(const std::string& name, const json& entry) const {
    std::vector<std::size_t> numbers;
    if (!entry.is_array()) refuse("tensor '" + name + "' has a shape or offsets that are no list");
    for (const auto& number : entry) {
      if (!number.is_number_unsigned())
        refuse("tensor '" + name + "' has " +
               number.dump(-1, ' ', true, json::error_handler_t::replace) +
               " in its shape or offsets");
      numbers.push_back(number.get<std::size_t>());
    }
    return numbers;
  }

  /// Nothing when the product overflows.
  static std::optional<std::size_t> bytes_of(const std::vector<std::size_t>& shape,
                                             std::size_t size) {
    for (const std::size_t extent : shape) {
      if (__builtin_mul_overflow(size, extent, &size)) return std::nullopt;
    }
    return size;
  }

  void check_cover() {
    auto& tensors = file_.tensors;
    std::sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
      return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
    });
    const std::byte* end = std::as_bytes(std::span(file_.content)).data() + values_begin_;
    for (const auto& tensor : tensors) {
      if (tensor.bytes.data() != end)
        refuse("there is a gap or an overlap before tensor '" + tensor.name + "'");
      end += tensor.bytes.size();
    }
    if (end != std::as_bytes(std::span(file_.content)).data() + file_.content.size()) {
      refuse("there are bytes after the last tensor");
    }
  }

  std::string place_;
  File file_;
  std::size_t values_begin_ = 0;
};

}  // namespace

void write(const std::function<void(std::string_view)>& put, std::span<const TensorView> tensors,
           const Metadata& metadata) {
  const std::string header = header_of(tensors, metadata);
  std::array<char, prefix> length;
  for (std::size_t k = 0; k < prefix; ++k) length[k] = static_cast<char>(header.size() >> (8 * k));
  put({length.data(), length.size()});
  put(header);
  for (const auto& tensor : tensors) {
    put({reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()});
  }
}

void write(FileSystem& files, const std::filesystem::path& path,
           std::span<const TensorView> tensors, const Metadata& metadata) {
  ReplacingFile file(files, path);
  write([&](std::string_view bytes) { file.write(bytes); }, tensors, metadata);
  file.commit();
}

const TensorView* File::find(const std::string& name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const TensorView& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

File read(FileSystem& files, const std::filesystem::path& path) {
  return parse(files.read(path), path.string());
}

File parse(std::string content, const std::string& place) {
  return Parser(std::move(content), place).parse();
}

}  // namespace weir::safetensors
