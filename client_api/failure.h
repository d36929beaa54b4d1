#pragma once
// The one exception inside the client: a status of the C interface and the text behind it.

#include <weir/client.h>

#include <stdexcept>
#include <string>

namespace weir::client {

class Failure : public std::runtime_error {
 public:
  Failure(weir_status status, const std::string& text)
      : std::runtime_error(text), status_(status) {}
  weir_status status() const noexcept { return status_; }

 private:
  weir_status status_;
};

/// The exception being handled as a Failure: an Error is the environment's, std::bad_alloc is
/// MEMORY, all else INTERNAL. Precondition: called inside a catch block.
Failure current_failure();

}  // namespace weir::client
