#pragma once
// What a weir_client * points to, and the guard that every call of the C interface passes through.

#include <functional>
#include <memory>
#include <string>

#include <sys/types.h>
#include <unistd.h>

#include "client_api/client.h"
#include "client_api/failure.h"

struct weir_client {
  std::unique_ptr<weir::client::Client> client;
  weir_status first_error = WEIR_OK;  ///< any but ARGUMENT: the client has failed
  mutable std::string error;          ///< text of the last one
  pid_t process = getpid();           ///< a forked child has no thread weir-client
};

namespace weir::client {

/// Runs `body`; whatever it throws becomes a status, and its text goes to `error`. No exception
/// leaves.
weir_status guarded(std::string& error, const std::function<void()>& body) noexcept;

/// Makes a client over `make_ranks()`: what all weir_init… share.
weir_status initialise(weir_client** client, Delivery delivery,
                       const std::function<std::unique_ptr<Ranks>()>& make_ranks) noexcept;

}  // namespace weir::client
