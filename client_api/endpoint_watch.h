#pragma once
// Looks whether the study's server has been started again: the endpoint file of a later epoch.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/wire/endpoint_file.h"

namespace weir::client {

/// Used by one thread, weir-client.
class EndpointWatch {
 public:
  /// `known`: the file as it was read at the start. `files` outlives the watch.
  EndpointWatch(FileSystem& files, std::filesystem::path path, wire::EndpointFile known);

  /// Whether to look again: a second after the last time where a server is `silent`, which may have
  /// died; ten else, as one that answers may still be what is left of a server that was given up.
  bool due(Time now, bool silent) const;
  /// The file when it is of a later epoch than the one known, which it then is. Costs a stat()
  /// where the file has not changed. A file that is not there or cannot be read is looked at again.
  /// Failure{ENVIRONMENT}: the later server runs another study, or has another number of ranks; its
  /// client cannot go on.
  std::optional<wire::EndpointFile> look(Time now);
  /// What look() gave could not be used, for a reason that may pass: it is given again.
  void retry(std::uint64_t former_epoch, const std::string& why);
  std::uint64_t epoch() const { return known_.epoch; }
  /// "a later server than epoch 2 was looked for in D/run/endpoint.json": for messages.
  std::string tried() const;

 private:
  struct Stamp {  ///< changes with the file
    dev_t device{};
    ino_t inode{};
    std::int64_t size = 0, seconds = 0, nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };
  std::optional<Stamp> stamp() const;
  void check(const wire::EndpointFile& later) const;

  FileSystem& files_;
  const std::filesystem::path path_;
  wire::EndpointFile known_;
  std::optional<Time> looked_;
  std::optional<Stamp> seen_;  ///< of the file that was read last
  std::string problem_;
};

}  // namespace weir::client
