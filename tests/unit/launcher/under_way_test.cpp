#include "launcher/schedulers/under_way.h"

#include <fstream>

#include <gtest/gtest.h>

#include "src/core/process.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

constexpr auto long_enough = std::chrono::seconds(30);

/// A program that lives for a while with this argument.
Process start_with(const test::TemporaryFolder& folder, const std::string& argument) {
  const auto path = folder.path() / "sbatch";
  std::ofstream(path) << "#!/bin/sh\nsleep 0.5\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return Process::spawn({.command = {path.string(), "--parsable", argument, "script"},
                         .environment = {},
                         .directory = {},
                         .log = {}});
}

TEST(SubmissionUnderWay, IsWaitedFor) {
  const test::TemporaryFolder folder;
  const auto mark = "--comment=weir:" + folder.path().filename().string();
  auto process = start_with(folder, mark);
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
  auto process = start_with(folder, mark + "0");
  EXPECT_FALSE(submission_under_way(mark));
}

TEST(SubmissionUnderWay, IsNotWaitedForWithoutEnd) {
  const test::TemporaryFolder folder;
  const auto mark = "--comment=weir:" + folder.path().filename().string();
  auto process = start_with(folder, mark);
  while (!process.poll() && !submission_under_way(mark)) {
  }
  wait_for_submissions(mark, /*at_most=*/Duration::zero());
  EXPECT_FALSE(process.poll().has_value());
}

}  // namespace
}  // namespace weir
