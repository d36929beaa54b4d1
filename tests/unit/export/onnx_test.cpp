// Each exported model.onnx in the eyes of onnx's own checker. What they compute is compared by
// check_onnx.py.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/export/export.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/export/onnx_checker.h"
#include "tests/unit/models/models.h"

namespace weir {
namespace {

class OnnxTest : public testing::TestWithParam<test::Exported> {
 protected:
  std::string exported() {
    const auto study = test::study_of(GetParam());
    const auto path = folder_ / "model.onnx";
    EXPECT_EQ(export_onnx(posix_file_system(), path, *test::model_of(study),
                          make_normalisation(study), study),
              "");
    return posix_file_system().read(path);
  }

  test::TemporaryFolder folder_;
};

TEST_P(OnnxTest, PassesTheCheckerWithAllShapesInferred) {
  EXPECT_EQ(test::onnx_fault(exported()), "");
}

TEST_P(OnnxTest, IsRefusedByTheCheckerWhenItIsCutShort) {
  const auto file = exported();
  EXPECT_NE(test::onnx_fault(file.substr(0, file.size() - 8)), "");
}

INSTANTIATE_TEST_SUITE_P(Each, OnnxTest, testing::ValuesIn(test::exported_models()),
                         [](const auto& one) { return one.param.name; });

/// A model of which nothing but its script is known.
class ScriptAlone final : public Model {
 public:
  torch::Tensor forward(torch::Tensor inputs, torch::Tensor) override { return inputs; }
  std::string script() const override { return ""; }
};

TEST(Onnx, IsLeftOutForAModelWhoseOperationsAreNotKnown) {
  const test::TemporaryFolder folder;
  const auto study = test::study_of(test::exported_models().front());
  const auto why = export_onnx(posix_file_system(), folder / "model.onnx", ScriptAlone(),
                               make_normalisation(study), study);
  EXPECT_THAT(why, testing::HasSubstr("operations"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace weir
