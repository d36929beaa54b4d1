#include "launcher/schedulers/under_way.h"

#include <fstream>

#include <gtest/gtest.h>

#include "src/core/process.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

constexpr auto long_enough = std::chrono::seconds(30);

constexpr auto for_a_while = "sleep 0.5", without_end = "while :; do sleep 0.1; done";

/// A program with this argument that does so.
Process start_with(const test::TemporaryFolder& folder, const std::string& argument,
                   const char* what) {
  const auto path = folder.path() / "sbatch";
  std::ofstream(path) << "#!/bin/sh\n" << what << "\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return Process::spawn({.command = {path.string(), "--parsable", argument, "script"},
                         .environment = {},
                         .directory = {},
                         .log = {}});
}

TEST(SubmissionUnderWay, IsWaitedFor) {
  const test::TemporaryFolder folder;
  const auto mark = "--comment=weir:" + folder.path().filename().string();
  auto process = start_with(folder, mark, for_a_while);
  // Until it has become the program.
  while (!process.poll() && !submission_under_way(mark)) {
  }
  wait_for_submissions(mark, long_enough);
  EXPECT_TRUE(process.poll() || !submission_under_way(mark));
  EXPECT_FALSE(submission_under_way(mark));
}

TEST(SubmissionUnderWay, IsNotThatOfAnotherStudy) {
  const test::TemporaryFolder folder;
  const auto mark = "--comment=weir:" + folder.path().filename().string();
  auto process = start_with(folder, mark + "0", without_end);
  EXPECT_FALSE(submission_under_way(mark));
}

TEST(SubmissionUnderWay, IsNotWaitedForWithoutEnd) {
  const test::TemporaryFolder folder;
  const auto mark = "--comment=weir:" + folder.path().filename().string();
  auto process = start_with(folder, mark, without_end);
  while (!process.poll() && !submission_under_way(mark)) {
  }
  wait_for_submissions(mark, /*at_most=*/Duration::zero());
  EXPECT_FALSE(process.poll().has_value());
}

}  // namespace
}  // namespace weir
