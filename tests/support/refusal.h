#pragma once
// What a call is refused with.

#include <string>

#include <gtest/gtest.h>

#include "src/core/error.h"

namespace weir::test {

/// The text of the Error that it throws, which shall be of that kind; empty when it throws none.
template <class Call>
std::string refusal(ErrorKind kind, const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  return "";
}

}  // namespace weir::test
