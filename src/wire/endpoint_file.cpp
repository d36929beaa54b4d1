#include "src/wire/endpoint_file.h"

#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/wire/json_number.h"
#include "src/wire/keys.h"
#include "src/wire/private_file.h"

namespace weir::wire {
namespace {

using nlohmann::json;

constexpr int format = 3;
constexpr const char *curve = "curve", *none = "none";
constexpr unsigned private_mode = 0600;

void to_json(json& out, const EndpointField& field) {
  out = {{"name", field.name}, {"size", field.size}};
}
void from_json(const json& in, EndpointField& field) {
  in.at("name").get_to(field.name);
  get_whole_number(in, "size", field.size);
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& text) {
  throw Error(ErrorKind::environment, "endpoint file " + path.string() + ": " + text);
}

EndpointFile from_text(const std::string& text) {
  const json in = json::parse(text);
  EndpointFile content;
  get_whole_number(in, "study", content.study);
  get_whole_number(in, "schema", content.schema);
  get_whole_number(in, "epoch", content.epoch);
  in.at("endpoints").get_to(content.endpoints);
  for (const auto& field : in.at("fields")) from_json(field, content.fields.emplace_back());
  get_whole_number(in, "steps", content.steps);
  get_whole_number(in, "stride", content.stride);
  in.at("times").get_to(content.times);
  if (content.stride == 0) throw std::invalid_argument("stride is 0");
  in.at("parameters").get_to(content.parameters);
  get_whole_number(in, "window_bytes", content.window_bytes);
  in.at("timeout").get_to(content.timeout);
  if (in.at("security").get<std::string>() != none) {
    in.at("server_key").get_to(content.server_key);
    if (!is_curve_key(content.server_key)) throw std::invalid_argument("server_key is no key");
  }
  return content;
}

int format_of(const std::string& text) {
  const json in = json::parse(text);
  return whole_number<int>(in, "format");
}

}  // namespace

void write_endpoint_file(FileSystem& files, const std::filesystem::path& path,
                         const EndpointFile& content) {
  json fields = json::array();
  for (const auto& field : content.fields) to_json(fields.emplace_back(), field);
  const json out = {{"format", format},
                    {"study", content.study},
                    {"schema", content.schema},
                    {"epoch", content.epoch},
                    {"endpoints", content.endpoints},
                    {"fields", fields},
                    {"steps", content.steps},
                    {"stride", content.stride},
                    {"times", content.times},
                    {"parameters", content.parameters},
                    {"window_bytes", content.window_bytes},
                    {"timeout", content.timeout},
                    {"security", content.server_key.empty() ? none : curve},
                    {"server_key", content.server_key}};
  files.replace(path, out.dump(2) + "\n", private_mode);
}

EndpointFile read_endpoint_file(FileSystem& files, const std::filesystem::path& path) {
  if (!files.exists(path)) {
    fail(path, "is not there: the server has not started, or the study directory is another one");
  }
  check_private_file(path);
  const std::string text = files.read(path);
  try {
    if (const int found = format_of(text); found != format) {
      fail(path, "has format " + std::to_string(found) + "; this weir reads " +
                     std::to_string(format) + ": use one weir for solver and server");
    }
    return from_text(text);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    fail(path,
         std::string("is cut short or damaged (") + error.what() + "): start the server again");
  }
}

}  // namespace weir::wire
