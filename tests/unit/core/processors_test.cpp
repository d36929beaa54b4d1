// What only one kind of processor has stands in few places, each with a twin for all others.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::IsSubsetOf;

/// Whether `text` has intrinsics, assembly, a function for one processor, or an option of a
/// compiler that makes a program for one.
bool speaks_of_one_processor(const std::string& text) {
  static const char* const words[] = {
      "intrin.h>",      "<arm_",       "__builtin_ia32_", "__builtin_aarch64_",
      "__builtin_cpu_", "_mm_",        "_mm256_",         "_mm512_",
      "((target(\"",    "::target(\"", "target_clones(",  "asm(",
      "asm volatile",   " -march",     " -mcpu",          " -mtune",
      " -mavx",         " -msse"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

std::set<std::string> sources_for_one_processor() {
  const fs::path root = WEIR_SOURCE_DIR;
  const std::set<std::string> extensions = {".h", ".c", ".cpp", ".cu", ".txt", ".cmake"};
  std::set<std::string> found;
  for (const char* top : {"src", "client_api", "server", "launcher", "include", "cmake"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      if (extensions.count(entry.path().extension().string()) == 0) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      if (speaks_of_one_processor(text.str()))
        found.insert(entry.path().lexically_relative(root).generic_string());
    }
  }
  return found;
}

TEST(Processors, AreSpokenOfOnlyWhereThereIsATwinForTheOthers) {
  const std::set<std::string> with_a_twin = {
      "src/core/crc32c.cpp",      // crc32c_portable; crc32c_test compares them
      "src/core/vector_clones.h"  // the same function, compiled once more
  };
  const auto found = sources_for_one_processor();
  EXPECT_THAT(found, IsSubsetOf(with_a_twin));
  EXPECT_THAT(found, Contains("src/core/crc32c.cpp")) << "the sources were not read";
}

TEST(Processors, AreFoundInEachWayToSpeakOfOne) {
  for (const char* line :
       {"#include <immintrin.h>", "#include <arm_neon.h>", "x = _mm256_add_ps(a, b);",
        "__builtin_ia32_pause();", "__attribute__((target(\"avx2\"))) void f();",
        "__attribute__((target_clones(\"avx2\", \"default\")))",
        "[[gnu::target(\"avx2\")]] void f();", "asm volatile(\"yield\");",
        "target_compile_options(weir PRIVATE -march=native)", "set(flags -O3 -mavx2)"}) {
    EXPECT_TRUE(speaks_of_one_processor(line)) << line;
  }
  for (const char* line : {"copy_target(\"u\", to);", "// the -main part", "#include <array>",
                           "target_link_libraries(weir PRIVATE m)"}) {
    EXPECT_FALSE(speaks_of_one_processor(line)) << line;
  }
}

}  // namespace
}  // namespace weir::test
