// Runs through tests/study/good and tests/study/bad: a bad study's first line says what its message
// must contain.

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/random.h"
#include "src/study/parse.h"

namespace weir {
namespace {

using ::testing::HasSubstr;

const Path source = WEIR_SOURCE_DIR;

std::vector<Path> studies_in(const Path& folder) {
  std::vector<Path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Path> good_studies() {
  auto files = studies_in(source / "tests/study/good");
  for (const auto* example : {"heat2d", "cavity", "reaction_diffusion"})
    for (const auto& file : studies_in(source / "examples" / example)) files.push_back(file);
  return files;
}

std::string name_of_case(const ::testing::TestParamInfo<Path>& info) {
  auto name = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class GoodStudy : public ::testing::TestWithParam<Path> {};

TEST_P(GoodStudy, IsReadAndItsResolvedFormIsTheSameStudy) {
  const Study study = load_study(GetParam());
  const std::string resolved = write_study(study);
  const Study again = parse_study(resolved, "/another/folder");
  EXPECT_EQ(write_study(again), resolved);
  EXPECT_EQ(schema_hash(again), schema_hash(study));
}

INSTANTIATE_TEST_SUITE_P(Studies, GoodStudy, ::testing::ValuesIn(good_studies()), name_of_case);

class BadStudy : public ::testing::TestWithParam<Path> {};

TEST_P(BadStudy, IsRefusedInTheWordsOfItsFirstLine) {
  const std::string text = posix_file_system().read(GetParam());
  const std::string mark = "// expect: ";
  ASSERT_EQ(text.rfind(mark, 0), 0u) << "the first line says no expectation";
  const std::string expected = text.substr(mark.size(), text.find('\n') - mark.size());
  try {
    load_study(GetParam());
    FAIL() << "was read without an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), HasSubstr(expected));
    EXPECT_THAT(error.what(), ::testing::StartsWith(GetParam().string() + ": "));
  }
}

INSTANTIATE_TEST_SUITE_P(Studies, BadStudy,
                         ::testing::ValuesIn(studies_in(source / "tests/study/bad")), name_of_case);

// Replaces, removes or doubles a few stretches of the text.
std::string mangled(std::string text, Random& random) {
  const std::string pieces[] = {"{",     "}",   "[",    "]", "null",    "-1",
                                "1e308", "0.5", "\"\"", ",", "\\u0000", "\xff"};
  for (std::uint64_t edits = 1 + random.below(3); edits > 0; --edits) {
    const std::size_t at = random.below(text.size()), length = random.below(8);
    const std::string old = text.substr(at, length);
    const std::string put[] = {"", old + old, pieces[random.below(std::size(pieces))]};
    text.replace(at, length, put[random.below(std::size(put))]);
  }
  return text;
}

TEST(MangledStudyTest, IsReadOrRefusedAndNothingElse) {
  Random random(/*seed=*/1);
  std::size_t refused = 0;
  for (const Path& file : good_studies()) {
    const std::string text = posix_file_system().read(file);
    for (int trial = 0; trial < 300; ++trial) {
      const std::string study = mangled(text, random);
      try {
        write_study(parse_study(study, "/base"));
      } catch (const Error& error) {
        ++refused;
        EXPECT_EQ(error.kind(), ErrorKind::input);
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what() << " from\n" << study;
      }
    }
  }
  EXPECT_GT(refused, 1000u);
}

TEST(StudyReferenceTest, TheCommittedPageIsWhatTheDeclarationsSay) {
  EXPECT_EQ(posix_file_system().read(source / "docs/study.md"), study_reference())
      << "run: build/bin/weir-study-reference > docs/study.md";
}

}  // namespace
}  // namespace weir
