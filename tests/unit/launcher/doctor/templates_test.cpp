// The site templates under examples/clusters are studies of this version of weir.

#include <filesystem>

#include <gtest/gtest.h>

#include "src/study/parse.h"
#include "tests/unit/launcher/doctor/fake_place.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

TEST(TemplatesTest, OfEverySiteCanBeReadAndExamined) {
  std::size_t templates = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(WEIR_SOURCE_DIR) / "examples/clusters")) {
    if (!entry.is_directory()) continue;
    SCOPED_TRACE(entry.path().string());
    ++templates;
    EXPECT_TRUE(fs::exists(entry.path() / "README.md"));
    Study study;
    ASSERT_NO_THROW(study = load_study(entry.path() / "study.json"));
    EXPECT_NE(study.launcher.scheduler, SchedulerKind::local);
    EXPECT_EQ(study.server.transport.kind, TransportKind::tcp);
    EXPECT_EQ(study.server.threads, study.launcher.server.cores_per_rank);
    const test::FakeMachine machine;
    EXPECT_FALSE(
        check_study(study,
                    {.machine = machine, .server = "/weir-server", .output = "/out", .record = {}})
            .empty());
  }
  EXPECT_GE(templates, 3u);
}

}  // namespace
}  // namespace weir
