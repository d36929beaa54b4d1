#include "src/wire/endpoint_file.h"

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/error.h"

namespace weir::wire {
namespace {

using nlohmann::json;

constexpr int format = 1;
constexpr unsigned private_mode = 0600;

void to_json(json& out, const EndpointField& field) {
  out = {{"name", field.name}, {"size", field.size}};
}
void from_json(const json& in, EndpointField& field) {
  in.at("name").get_to(field.name);
  in.at("size").get_to(field.size);
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& text) {
  throw Error(ErrorKind::environment, "endpoint file " + path.string() + ": " + text);
}

/// A file that another user could have written may send the steps anywhere.
void check_private(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return;  // reading it says why
  if (!S_ISREG(status.st_mode)) fail(path, "is no regular file");
  if (status.st_uid != ::geteuid()) {
    fail(path, "belongs to user " + std::to_string(status.st_uid) + ", not to you (" +
                   std::to_string(::geteuid()) + "): run solver and server as one user");
  }
  if ((status.st_mode & 077) != 0) {
    fail(path, "may be read or written by others; its mode must be 0600 (chmod 600)");
  }
}

EndpointFile from_text(const std::string& text) {
  const json in = json::parse(text);
  EndpointFile content;
  in.at("study").get_to(content.study);
  in.at("schema").get_to(content.schema);
  in.at("epoch").get_to(content.epoch);
  in.at("endpoints").get_to(content.endpoints);
  for (const auto& field : in.at("fields")) from_json(field, content.fields.emplace_back());
  in.at("steps").get_to(content.steps);
  in.at("parameters").get_to(content.parameters);
  in.at("window_bytes").get_to(content.window_bytes);
  in.at("timeout").get_to(content.timeout);
  return content;
}

int format_of(const std::string& text) {
  const json in = json::parse(text);
  return in.at("format").get<int>();
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
                    {"parameters", content.parameters},
                    {"window_bytes", content.window_bytes},
                    {"timeout", content.timeout}};
  files.replace(path, out.dump(2) + "\n", private_mode);
}

EndpointFile read_endpoint_file(FileSystem& files, const std::filesystem::path& path) {
  if (!files.exists(path)) {
    fail(path, "is not there: the server has not started, or the study directory is another one");
  }
  check_private(path);
  const std::string text = files.read(path);
  try {
    if (const int found = format_of(text); found != format) {
      fail(path, "has format " + std::to_string(found) + "; this weir reads " +
                     std::to_string(format) + ": use one weir for solver and server");
    }
    return from_text(text);
  } catch (const json::exception& error) {
    fail(path,
         std::string("is cut short or damaged (") + error.what() + "): start the server again");
  }
}

}  // namespace weir::wire
