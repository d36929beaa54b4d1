#pragma once
// Code of the user's, called so that whatever it throws becomes one clear error.

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "src/core/error.h"

namespace weir {

/// What an exception says, in one line: LibTorch's without its stack, a script's last words.
std::string last_words(const std::exception& error);

/// Calls it; an exception that is neither weir's own nor a lack of memory becomes Error{kind}:
/// "PLACE failed: …".
template <typename Call>
decltype(auto) call_user_code(ErrorKind kind, const std::string& place, Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(kind, place + " failed: " + last_words(error));
  } catch (...) {
    throw Error(kind, place + " failed: it threw what is no std::exception");
  }
}

}  // namespace weir
