#include "server/predict/exported_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/unit/predict/exported.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ExportedModelTest : public testing::Test {
 protected:
  ExportedModelTest() { files_.replace(exported_.script(), "some bytes", 0600); }

  std::string error_of(const std::filesystem::path& model) {
    try {
      find_exported_model(files_, model);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "no error";
  }

  std::string error_with(const std::string& from, const std::string& to) {
    auto card = exported_.card(R"({"kind": "direct"})");
    const auto place = card.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    exported_.write_card(card.replace(place, from.size(), to));
    return error_of(exported_.folder().path());
  }

  FileSystem& files_ = posix_file_system();
  test::ExportedFolder exported_;
};

TEST_F(ExportedModelTest, IsFoundByStudyDirectoryFolderAndFile) {
  const auto folder = exported_.model();
  const test::TemporaryFolder study;
  std::filesystem::copy(folder, study / "model");
  EXPECT_EQ(find_exported_model(files_, folder).script, folder / "model.pt");
  EXPECT_EQ(find_exported_model(files_, folder / "model.pt").script, folder / "model.pt");
  EXPECT_EQ(find_exported_model(files_, study.path()).script, study / "model" / "model.pt");
}

TEST_F(ExportedModelTest, IsWhatItsCardSays) {
  const auto model = find_exported_model(files_, exported_.model());
  ASSERT_EQ(model.study.parameters.size(), 2U);
  EXPECT_EQ(model.study.parameters[1].name, "b");
  EXPECT_EQ(model.study.parameters[1].upper, 10);
  EXPECT_EQ(model.study.simulation.steps, 4U);
  EXPECT_EQ(model.study.simulation.time.step, 0.5);
  EXPECT_EQ(model.study.simulation.sample_size(), 3U);
  EXPECT_EQ(model.lead, 0U);
  const auto folder = exported_.model(R"({"kind": "autoregressive", "lead": 2})");
  EXPECT_EQ(find_exported_model(files_, folder).lead, 2U);
}

TEST_F(ExportedModelTest, ThatIsNotThereIsNamedWithWhatIsWanted) {
  EXPECT_THAT(error_of("no/such"), AllOf(HasSubstr("no/such"), HasSubstr("study directory")));
  EXPECT_THAT(error_of(exported_.folder().path()), HasSubstr("holds no model"));
  files_.replace(exported_.folder() / "study.json", "{}", 0600);
  EXPECT_THAT(error_of(exported_.folder().path()), HasSubstr("has not ended"));
  EXPECT_THAT(error_of(exported_.script()), HasSubstr("card.json' does not exist"));
}

TEST_F(ExportedModelTest, OfAnotherFormatOrVersionIsRefused) {
  EXPECT_THAT(error_with("weir-model", "other"), HasSubstr("\"format\": \"weir-model\""));
  EXPECT_THAT(error_with("\"version\": 1", "\"version\": 2"),
              HasSubstr("has version 2, this weir reads version 1"));
}

TEST_F(ExportedModelTest, WhoseCardIsDamagedIsRefused) {
  EXPECT_THAT(error_with("\"steps\": 4", "\"steps\": \"four\""), HasSubstr("is damaged"));
  EXPECT_THAT(error_with("\"outputs\"", "\"autputs\""), HasSubstr("is damaged"));
  EXPECT_THAT(error_with("model.pt", "model.xy"), HasSubstr("names no model.pt"));
  EXPECT_THAT(error_with("[2]", "[2000000, 2000000, 2000000]"), HasSubstr("impossible size"));
  EXPECT_THAT(error_with("\"time\": {", "\"time\": ["), HasSubstr("line 4"));
  EXPECT_THAT(error_with("\"inputs\": [", "\"inputs\": [], \"puts\": ["),
              HasSubstr("names no inputs"));
}

TEST_F(ExportedModelTest, WhoseScriptIsNotTheOneOfItsCardIsRefused) {
  const auto folder = exported_.model();
  files_.replace(exported_.script(), "some bytez", 0600);
  EXPECT_THAT(error_of(folder), HasSubstr("another checksum"));
  files_.replace(exported_.script(), "some", 0600);
  EXPECT_THAT(error_of(folder), HasSubstr("has 4 bytes, not the 10"));
  files_.remove(exported_.script());
  EXPECT_THAT(error_of(folder), HasSubstr("model.pt' does not exist"));
}

}  // namespace
}  // namespace weir
