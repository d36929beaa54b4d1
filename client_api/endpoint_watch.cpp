#include "client_api/endpoint_watch.h"

#include <utility>

#include <sys/stat.h>

#include "client_api/failure.h"
#include "src/core/error.h"

namespace weir::client {
namespace {

constexpr Duration silent_every = std::chrono::seconds(1), every = std::chrono::seconds(10);

}  // namespace

EndpointWatch::EndpointWatch(FileSystem& files, std::filesystem::path path,
                             wire::EndpointFile known)
    : files_(files), path_(std::move(path)), known_(std::move(known)) {}

std::optional<EndpointWatch::Stamp> EndpointWatch::stamp() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  return Stamp{status.st_dev, status.st_ino, status.st_size, status.st_ctim.tv_sec,
               status.st_ctim.tv_nsec};
}

bool EndpointWatch::due(Time now, bool silent) const {
  return !looked_ || now - *looked_ >= (silent ? silent_every : every);
}

std::optional<wire::EndpointFile> EndpointWatch::look(Time now) {
  looked_ = now;
  const auto found = stamp();
  if (!found || found == seen_) return std::nullopt;
  wire::EndpointFile content;
  try {
    content = wire::read_endpoint_file(files_, path_);
  } catch (const Error& error) {
    problem_ = error.what();
    return std::nullopt;
  }
  seen_ = found;
  problem_.clear();
  if (content.epoch <= known_.epoch) return std::nullopt;
  check(content);
  known_ = content;
  return content;
}

void EndpointWatch::retry(std::uint64_t former_epoch, const std::string& why) {
  known_.epoch = former_epoch;
  seen_.reset();
  problem_ = why;
}

void EndpointWatch::check(const wire::EndpointFile& later) const {
  const auto refuse = [&](const std::string& what) {
    throw Failure(WEIR_ERROR_ENVIRONMENT,
                  "the server was started again (epoch " + std::to_string(later.epoch) + " in " +
                      path_.string() + ") with " + what +
                      ": this simulation cannot go on with it, and has to be started again");
  };
  if (later.study != known_.study) refuse("another study");
  if (later.schema != known_.schema) refuse("other fields or steps");
  if (later.endpoints.size() != known_.endpoints.size()) {
    refuse(std::to_string(later.endpoints.size()) + " ranks instead of " +
           std::to_string(known_.endpoints.size()));
  }
}

std::string EndpointWatch::tried() const {
  const std::string text = "a later server than epoch " + std::to_string(known_.epoch) +
                           " was looked for in " + path_.string();
  return problem_.empty() ? text : text + " (" + problem_ + ")";
}

}  // namespace weir::client
