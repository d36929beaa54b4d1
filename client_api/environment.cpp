#include "client_api/environment.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "client_api/failure.h"
#include "src/core/error.h"
#include "src/core/number_text.h"
#include "src/core/sample_id.h"
#include "src/core/study_directory.h"

namespace weir::client {
namespace {

constexpr auto poll_every = std::chrono::milliseconds(20);

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

[[noreturn]] void refuse(const std::string& text) { throw Failure(WEIR_ERROR_ENVIRONMENT, text); }

const char* required(const char* name, const char* meaning) {
  const char* value = variable(name);
  if (value == nullptr) {
    refuse(std::string(name) + " is not set; it is " + meaning +
           ", and the launcher sets it: start the solver with `weir run`, or set it by hand");
  }
  return value;
}

std::uint64_t number(const char* name, const char* text, std::uint64_t most = ~std::uint64_t{0}) {
  std::uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, value);
  if (error != std::errc() || stop != end || value > most) {
    refuse(std::string(name) + " is '" + text + "'; it has to be a whole number from 0");
  }
  return value;
}

}  // namespace

Environment read_environment() {
  Environment environment;
  environment.study_directory = required("WEIR_STUDY_DIR", "the study directory");
  std::error_code error;
  if (!std::filesystem::is_directory(environment.study_directory, error)) {
    refuse("WEIR_STUDY_DIR is '" + environment.study_directory.string() +
           "', which is no directory" + (error ? " (" + error.message() + ")" : std::string()));
  }
  environment.sim = number("WEIR_SIM", required("WEIR_SIM", "the number of the simulation"));
  const char* attempt = variable("WEIR_ATTEMPT");
  environment.attempt = attempt == nullptr ? 0 : number("WEIR_ATTEMPT", attempt, no_attempt - 2);
  return environment;
}

wire::EndpointFile await_endpoint_file(FileSystem& files,
                                       const std::filesystem::path& study_directory,
                                       Duration wait) {
  const auto path = StudyDirectory{study_directory}.endpoint();
  const Time deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    const bool last = std::chrono::steady_clock::now() >= deadline;
    if (files.exists(path)) {
      try {
        return wire::read_endpoint_file(files, path);
      } catch (const Error&) {
        if (last) throw;
      }
    } else if (last) {
      throw Failure(WEIR_ERROR_TIMEOUT,
                    "no server wrote " + path.string() + " within " + seconds_text(wait) +
                        "; check that the study's server was started and still runs");
    }
    std::this_thread::sleep_for(poll_every);
  }
}

Duration timeout_of(const wire::EndpointFile& endpoint) {
  const Seconds three_years(1e8);  // beyond some 300 years the clock would overflow
  return std::chrono::duration_cast<Duration>(std::min(Seconds(endpoint.timeout), three_years));
}

std::string seconds_text(Duration duration) {
  return number_text(std::chrono::duration_cast<Seconds>(duration).count(), 3) + " s";
}

}  // namespace weir::client
