// No command goes through a shell: programs are started with argument vectors only.

#include "tests/unit/core/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ShellTest, NothingOfWeirStartsOne) {
  std::size_t files = 0;
  const auto found =
      shells_in(WEIR_SOURCE_DIR, {"src", "client_api", "server", "launcher", "include"}, files);
  EXPECT_THAT(found, IsEmpty());
  EXPECT_GT(files, 150u) << "the sources were not read";
}

TEST(ShellTest, FindsEachWayToStartOne) {
  for (const char* line :
       {"std::system(command.c_str());", "  return ::system (text);", "popen(text, \"r\")",
        "wordexp(text, &words, 0);", "execlp(\"sh\", \"sh\", 0);", "spawn({\"sh\", \"-c\", text});",
        "spawn({\"/bin/bash\", script});", "spawn({ \"dash\" , \"-ec\", text });"}) {
    EXPECT_THAT(shells_in_text("a.cpp", line), SizeIs(1)) << line;
  }
}

TEST(ShellTest, AllowsWhatOnlyLooksLikeOne) {
  for (const char* line :
       {"FileSystem& posix_file_system();", "auto& files = posix_file_system(path);",
        "// never through system(): no shell", "execvp(arguments[0], arguments.data());",
        "note(\"the file system (full)\");", "refresh(\"-c\");"}) {
    EXPECT_THAT(shells_in_text("a.cpp", line), IsEmpty()) << line;
  }
}

}  // namespace
}  // namespace weir::test
