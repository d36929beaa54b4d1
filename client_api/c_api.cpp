// The C interface but for weir_init: arguments are checked, calls go to Client, exceptions end
// here.

#include <algorithm>

#include "client_api/handle.h"

namespace weir::client {
namespace {

/// Text of the calling thread's last weir_init or weir_finalize: there is no client to keep it.
std::string& clientless_error() {
  thread_local std::string text;
  return text;
}

[[noreturn]] void refuse(const std::string& text) { throw Failure(WEIR_ERROR_ARGUMENT, text); }

bool forked(const weir_client& client) { return client.process != getpid(); }

void require_usable(const weir_client& client) {
  if (forked(client)) {
    throw Failure(WEIR_ERROR_STATE, "this client belongs to process " +
                                        std::to_string(client.process) +
                                        "; a child made by fork cannot use it");
  }
  if (client.first_error != WEIR_OK) {
    throw Failure(WEIR_ERROR_STATE, std::string("the client had failed before: ") +
                                        weir_strerror(client.first_error));
  }
}

/// A collective call with a client; after its first error the client has failed, and keeps that
/// error's text.
weir_status collective(weir_client* client, const std::function<void(Client&)>& body) noexcept {
  if (client == nullptr) return WEIR_ERROR_ARGUMENT;
  std::string text;
  const weir_status status = guarded(text, [&] {
    require_usable(*client);
    body(*client->client);
  });
  if (status == WEIR_OK || status == WEIR_ERROR_STATE) return status;
  client->error.swap(text);
  if (status != WEIR_ERROR_ARGUMENT) client->first_error = status;
  return status;
}

/// Errors of the solver, not of the connection: what was sent before them can still be delivered.
bool deliverable(weir_status status) {
  return status == WEIR_OK || status == WEIR_ERROR_SIZE || status == WEIR_ERROR_STEPS;
}

/// A local call that asks a client for something.
weir_status query(const weir_client* client,
                  const std::function<void(const Client&)>& body) noexcept {
  if (client == nullptr) return WEIR_ERROR_ARGUMENT;
  return guarded(client->error, [&] { body(*client->client); });
}

template <class T>
weir_status send(weir_client* client, const char* field, const T* values,
                 std::size_t count) noexcept {
  return collective(client, [&](Client& c) { c.send(field, std::span(values, count)); });
}

}  // namespace

weir_status guarded(std::string& error, const std::function<void()>& body) noexcept {
  try {
    body();
    return WEIR_OK;
  } catch (...) {
    const Failure failure = current_failure();
    try {
      error = failure.what();
    } catch (...) {
      error.clear();
    }
    return failure.status();
  }
}

weir_status initialise(weir_client** client, Delivery delivery,
                       const std::function<std::unique_ptr<Ranks>()>& make_ranks) noexcept {
  clientless_error().clear();
  return guarded(clientless_error(), [&] {
    if (client == nullptr) refuse("weir_init: the place for the client is a null pointer");
    *client = nullptr;
    auto made = std::make_unique<weir_client>();
    made->client = std::make_unique<Client>(make_ranks(), delivery);
    *client = made.release();
  });
}

}  // namespace weir::client

using namespace weir::client;

extern "C" {

weir_status weir_init_serial(weir_client** client) {
  return initialise(client, Delivery::gathered, [] { return std::make_unique<SerialRanks>(); });
}

weir_status weir_parameters(const weir_client* client, size_t capacity, double* values,
                            size_t* count) {
  return query(client, [&](const Client& c) {
    const auto& parameters = c.parameters();
    if (count == nullptr) refuse("weir_parameters: the place for the count is a null pointer");
    *count = parameters.size();
    if (capacity == 0) return;
    if (values == nullptr)
      refuse("weir_parameters: the values are a null pointer and the capacity is not 0");
    std::copy_n(parameters.begin(), std::min(capacity, parameters.size()), values);
    if (capacity >= parameters.size()) return;
    refuse("weir_parameters: the capacity is " + std::to_string(capacity) + ", the study has " +
           std::to_string(parameters.size()) + " parameters");
  });
}

weir_status weir_resume_step(const weir_client* client, size_t* step) {
  return query(client, [&](const Client& c) {
    if (step == nullptr) refuse("weir_resume_step: the place for the step is a null pointer");
    *step = c.resume_step();
  });
}

weir_status weir_start_at(weir_client* client, size_t step) {
  return collective(client, [&](Client& c) { c.start_at(step); });
}

weir_status weir_time(weir_client* client, double time) {
  return collective(client, [&](Client& c) { c.set_time(time); });
}

weir_status weir_subarray(weir_client* client, const char* field, size_t dimensions,
                          const size_t* global, const size_t* local, const size_t* start) {
  return collective(client, [&](Client& c) {
    const bool null = global == nullptr || local == nullptr || start == nullptr;
    const size_t axes =
        null ? 0 : dimensions;  // refused by all ranks, as no array has 0 dimensions
    c.subarray(field, std::span(global, axes), std::span(local, axes), std::span(start, axes));
  });
}

weir_status weir_send(weir_client* client, const char* field, const double* values,
                      size_t local_count) {
  return send(client, field, values, local_count);
}

weir_status weir_send_float(weir_client* client, const char* field, const float* values,
                            size_t local_count) {
  return send(client, field, values, local_count);
}

weir_status weir_finalize(weir_client** client) {
  auto& text = clientless_error();
  text.clear();
  if (client == nullptr || *client == nullptr) return WEIR_ERROR_ARGUMENT;
  std::unique_ptr<weir_client> owned(*client);
  *client = nullptr;
  if (forked(*owned)) {
    (void)owned.release();  // its thread is the parent's and cannot be joined here
    return WEIR_ERROR_STATE;
  }
  if (deliverable(owned->first_error)) {
    std::string unsent;
    const weir_status status = guarded(unsent, [&] { owned->client->finish(); });
    if (owned->first_error == WEIR_OK) {
      owned->first_error = status;
      owned->error.swap(unsent);
    }
  }
  text.swap(owned->error);
  return owned->first_error;
}

const char* weir_strerror(weir_status status) {
  switch (status) {
    case WEIR_OK:
      return "no error";
    case WEIR_ERROR_ARGUMENT:
      return "an argument is wrong: a null pointer, an unknown field, or too small a capacity";
    case WEIR_ERROR_ENVIRONMENT:
      return "the study directory, or WEIR_STUDY_DIR, WEIR_SIM or WEIR_ATTEMPT, is missing or "
             "wrong, or its server was started again as another one";
    case WEIR_ERROR_TIMEOUT:
      return "the server did not answer, or had no room, within the study's client timeout";
    case WEIR_ERROR_REJECTED:
      return "the server refused this simulation";
    case WEIR_ERROR_SIZE:
      return "the number of values is not the field's size in the study";
    case WEIR_ERROR_STEPS:
      return "the number of steps sent is not the study's";
    case WEIR_ERROR_STATE:
      return "the client had failed before, or belongs to another process";
    case WEIR_ERROR_MPI:
      return "an MPI call failed";
    case WEIR_ERROR_MEMORY:
      return "there is no memory for the step to be sent";
    case WEIR_ERROR_INTERNAL:
      return "weir has a bug: please report it";
  }
  return "this is no status of weir";
}

const char* weir_last_error(const weir_client* client) {
  return client == nullptr ? clientless_error().c_str() : client->error.c_str();
}

}  // extern "C"
