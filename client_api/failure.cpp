#include "client_api/failure.h"

#include <new>

#include "src/core/error.h"

namespace weir::client {

Failure current_failure() {
  try {
    throw;
  } catch (const Failure& failure) {
    return failure;
  } catch (const Error& error) {
    return {WEIR_ERROR_ENVIRONMENT, error.what()};
  } catch (const std::bad_alloc&) {
    return {WEIR_ERROR_MEMORY, "the solver's process has no memory left for the step to be sent"};
  } catch (const std::exception& exception) {
    return {WEIR_ERROR_INTERNAL, exception.what()};
  } catch (...) {
    return {WEIR_ERROR_INTERNAL, "an exception that is no std::exception"};
  }
}

}  // namespace weir::client
