// weir ledger --lineage, on logs that the test writes.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/commands/commands.h"
#include "src/core/error.h"
#include "src/core/ledger.h"
#include "src/core/lineage_file.h"
#include "src/core/study_directory.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;
using Kind = LineageEvent::Kind;

class LineageCommandTest : public testing::Test {
 protected:
  LineageCommandTest() {
    std::ofstream(directory_.study()) << "{}";
    std::ofstream(directory_.summary()) << R"({"status": "done"})";
  }
  /// Two batches, and an end with all samples used up.
  void write_log(const std::vector<SampleId>& first, const std::vector<SampleId>& second) {
    std::string events;
    lineage::append(events, Kind::draw, /*number=*/1, first);
    lineage::append(events, Kind::draw, /*number=*/2, second);
    lineage::append(events, Kind::end, /*number=*/1);
    std::ofstream(directory_.lineage(0), std::ios::binary)
        << lineage::encode({.reproducible = false, .steps = 2, .rank = 0, .ranks = 1})
        << lineage::frame(events);
  }
  void write_ledger(const std::vector<SampleId>& accepted) {
    Ledger ledger(/*steps=*/2, /*rank=*/0, /*ranks=*/1);
    for (const auto& id : accepted) ledger.accept(id);
    ledger.save(posix_file_system(), directory_.ledger(0));
  }
  struct Printed {
    int code;
    std::string out, error;
  };
  Printed run() {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = lineage_command(folder_.path());
    return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }

  test::TemporaryFolder folder_;
  StudyDirectory directory_{folder_.path()};
};

TEST_F(LineageCommandTest, PrintsABatchASimulationAndAStepALine) {
  write_log({{.sim = 0, .step = 1}, {.sim = 3, .step = 0}}, {{.sim = 0, .step = 1}});
  write_ledger({{.sim = 0, .step = 1}, {.sim = 3, .step = 0}});
  const auto printed = run();
  EXPECT_EQ(printed.code, 0);
  EXPECT_EQ(printed.out, "1 0 1\n1 3 0\n2 0 1\n");
  EXPECT_EQ(printed.error,
            "weir: the lineage is valid: 2 batches, 3 samples drawn, 2 different ones, 0 accepted "
            "and in no batch\n");
}

TEST_F(LineageCommandTest, FailsAndNamesTheFirstFaultWhenLogAndLedgerDisagree) {
  write_log({{.sim = 0, .step = 1}}, {{.sim = 5, .step = 0}});
  write_ledger({{.sim = 0, .step = 1}, {.sim = 0, .step = 0}});
  const auto printed = run();
  EXPECT_EQ(printed.code, 1);
  EXPECT_THAT(printed.error,
              HasSubstr("the lineage is not valid: rank 0: batch 2 trained on step 0 "
                        "of simulation 5, which the ledger does not know, and 1 "
                        "more"));
}

TEST_F(LineageCommandTest, ChecksNothingBeforeTheStudyHasEnded) {
  std::filesystem::remove(directory_.summary());
  write_log({{.sim = 0, .step = 1}}, {{.sim = 5, .step = 0}});
  const auto printed = run();
  EXPECT_EQ(printed.code, 0);
  EXPECT_THAT(printed.error, HasSubstr("has not ended"));
}

TEST_F(LineageCommandTest, SaysHowToGetALineage) {
  try {
    lineage_command(folder_.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), HasSubstr("\"lineage\": true"));
  }
}

}  // namespace
}  // namespace weir
