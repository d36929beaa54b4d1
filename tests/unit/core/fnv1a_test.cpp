#include "src/core/fnv1a.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

// From the draft's appendix C.
static_assert(fnv1a("") == 0xcbf29ce484222325);
static_assert(fnv1a("a") == 0xaf63dc4c8601ec8c);

TEST(Fnv1a, GivesTheNumbersOfItsDraft) { EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8u); }

TEST(Fnv1a, GoesOnFromTheNumberOfABeginning) {
  EXPECT_EQ(fnv1a("bar", fnv1a("foo")), fnv1a("foobar"));
}

}  // namespace
}  // namespace weir
