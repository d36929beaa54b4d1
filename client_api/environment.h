#pragma once
// Which simulation this process is, and where its server listens: what weir_init finds around it.

#include <cstdint>
#include <filesystem>

#include "src/core/clock.h"
#include "src/core/file_system.h"
#include "src/wire/endpoint_file.h"

namespace weir::client {

/// From WEIR_STUDY_DIR, WEIR_SIM and WEIR_ATTEMPT (missing: 0).
struct Environment {
  std::filesystem::path study_directory;
  std::uint64_t sim = 0, attempt = 0;
};

/// Failure{WEIR_ERROR_ENVIRONMENT}: a variable is missing or no number, the study directory is
/// none.
Environment read_environment();

/// How long weir_init waits for the endpoint file: the study's own timeout stands in that file.
inline constexpr Duration endpoint_wait = std::chrono::seconds(60);

/// Waits until the server of the study has written its endpoint file, and reads it.
/// Failure{WEIR_ERROR_TIMEOUT}: it is not there after `wait`; Failure{WEIR_ERROR_ENVIRONMENT}: it
/// is there, and still cannot be used after `wait`.
wire::EndpointFile await_endpoint_file(FileSystem& files,
                                       const std::filesystem::path& study_directory, Duration wait);

/// The study's timeout for a call of the client API.
Duration timeout_of(const wire::EndpointFile& endpoint);

/// "30 s", "0.5 s": for messages.
std::string seconds_text(Duration duration);

}  // namespace weir::client
