#include "server/checkpoint/manifest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "src/core/crc32c.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* manifest_format = "weir-checkpoint";
constexpr const char* part_format = "weir-checkpoint-part";
constexpr unsigned version = 1;
constexpr std::string_view tail_begin = ",\n\"crc32c\":\"";
constexpr std::string_view tail_end = "\"}\n";
constexpr std::size_t crc_digits = 8;
constexpr std::size_t tail_size = tail_begin.size() + crc_digits + tail_end.size();
constexpr std::uint64_t longest = std::uint64_t{256} << 20;

std::string hex(std::uint64_t value, int digits) {
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%0*llx", digits, static_cast<unsigned long long>(value));
  return text.data();
}

std::uint64_t whole(const json& entry) {
  if (!entry.is_number_unsigned()) throw json::type_error::create(302, "not a count", &entry);
  return entry.get<std::uint64_t>();
}

std::uint64_t from_hex(const json& entry) {
  const auto text = entry.get<std::string>();
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (code != std::errc{} || end != text.data() + text.size())
    throw json::type_error::create(302, "not a hexadecimal number", &entry);
  return value;
}

/// A path out of a file must not lead out of the checkpoint.
std::string inner_path(const json& entry) {
  auto text = entry.get<std::string>();
  const Path path = text;
  const bool climbs = std::find(path.begin(), path.end(), "..") != path.end();
  if (text.empty() || path.is_absolute() || climbs)
    throw json::type_error::create(302, "a path that leads elsewhere", &entry);
  return text;
}

class Decoder {
 public:
  explicit Decoder(const std::string& place) : place_(place) {}

  FileList decode(std::string_view text) const {
    check(text);
    try {
      return list_of(json::parse(text));
    } catch (const json::exception& error) {
      refuse(std::string("is not a list of files: ") + error.what());
    }
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::input, place_ + " " + what + "; use another checkpoint");
  }

 private:
  void check(std::string_view text) const {
    if (text.size() < tail_size) refuse("is cut: it ends before its checksum");
    const std::size_t body = text.size() - tail_size;
    const std::string expected = std::string(tail_begin) +
                                 hex(crc32c(text.substr(0, body)), crc_digits) +
                                 std::string(tail_end);
    if (text.substr(body) != expected && !WEIR_BUG("checksum_ignored"))
      refuse("is cut or damaged: its checksum is not that of its content");
  }

  FileList list_of(const json& document) const {
    FileList list;
    const bool part = document.at("format") == part_format;
    if (!part && document.at("format") != manifest_format) refuse("is of another format");
    if (document.at("version") != version) {
      refuse("has version " + document.at("version").dump() + ", this weir reads version " +
             std::to_string(version));
    }
    list.name = {.number = whole(document.at("number")),
                 .batch = whole(document.at("batch")),
                 .epoch = whole(document.at("epoch")),
                 .study = from_hex(document.at("study")),
                 .schema = from_hex(document.at("schema")),
                 .ranks = whole(document.at("ranks"))};
    if (part) list.rank = whole(document.at("rank"));
    for (const auto& file : document.at("files")) {
      list.files.push_back({.path = inner_path(file.at("path")),
                            .bytes = whole(file.at("bytes")),
                            .crc = static_cast<std::uint32_t>(from_hex(file.at("crc32c")))});
    }
    return list;
  }

  const std::string& place_;
};

}  // namespace

const FileRecord* FileList::find(std::string_view path) const {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](auto& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

std::string encode(const FileList& list) {
  ordered_json document = {{"format", list.rank ? part_format : manifest_format},
                           {"version", version},
                           {"number", list.name.number},
                           {"batch", list.name.batch},
                           {"epoch", list.name.epoch},
                           {"study", hex(list.name.study, 16)},
                           {"schema", hex(list.name.schema, 16)},
                           {"ranks", list.name.ranks}};
  if (list.rank) document["rank"] = *list.rank;
  auto& files = document["files"] = ordered_json::array();
  for (const auto& file : list.files) {
    files.push_back(
        {{"path", file.path}, {"bytes", file.bytes}, {"crc32c", hex(file.crc, crc_digits)}});
  }
  std::string text = document.dump(1);
  text.erase(text.find_last_not_of("\n}") + 1);  // the object stays open for its checksum
  const std::string crc = hex(crc32c(text), crc_digits);
  return text.append(tail_begin).append(crc).append(tail_end);
}

FileList decode_file_list(std::string_view text, const std::string& place) {
  return Decoder(place).decode(text);
}

FileList read_file_list(FileSystem& files, const Path& path) {
  const std::string place = path.string();
  if (files.open(path)->size() > longest) Decoder(place).refuse("is longer than any list is");
  return decode_file_list(files.read(path), place);
}

std::string rank_folder(std::size_t rank) { return "rank." + std::to_string(rank); }

std::string in_rank(std::size_t rank, const std::string& name) {
  return rank_folder(rank) + "/" + name;
}

}  // namespace weir
