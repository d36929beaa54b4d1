#include "server/metrics/settings.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/study/parse.h"

namespace weir {
namespace {

std::map<std::string, SettingValue> settings(const std::string& seed = "7") {
  const Study study = parse_study(R"({
    "name": "s", "seed": )" + seed + R"(,
    "simulation": {"count": 10, "steps": 20, "fields": [{"name": "u", "shape": [8, 4], "unit": "K"}],
                   "command": ["solver"], "environment": {"TOKEN": "secret"}},
    "parameters": [{"name": "a", "bounds": [0, 0.5]}],
    "buffer": {"capacity": 100, "watermark": 10},
    "training": {"optimizer": {"learning_rate": 0.002}},
    "launcher": {"clients": {"setup": ["export KEY=secret"]}}})",
                                  "/");
  std::map<std::string, SettingValue> found;
  for (const auto& [name, value] : settings_of(study)) found.emplace(name, value);
  return found;
}

TEST(Settings, AreThoseOfTheTrainingByTheirPlaceInTheStudy) {
  const auto found = settings();
  EXPECT_EQ(found.at("seed"), SettingValue(7.0));
  EXPECT_EQ(found.at("simulation/count"), SettingValue(10.0));
  EXPECT_EQ(found.at("simulation/fields/u/shape"), SettingValue(std::string("[8,4]")));
  EXPECT_EQ(found.at("parameters/a/bounds"), SettingValue(std::string("[0.0,0.5]")));
  EXPECT_EQ(found.count("parameters/a/name"), 0u);
  EXPECT_EQ(found.at("training/optimizer/learning_rate"), SettingValue(0.002));
  EXPECT_EQ(found.at("training/model/kind"), SettingValue(std::string("mlp")));
  EXPECT_EQ(found.at("training/model/residual"), SettingValue(false));
  EXPECT_EQ(found.at("server/ranks"), SettingValue(1.0));
}

TEST(Settings, TellNothingOfHowItIsRun) {
  for (const auto& [name, value] : settings()) {
    EXPECT_EQ(text_of(value).find("secret"), std::string::npos) << name;
    EXPECT_NE(name, "simulation/command");
  }
}

TEST(Settings, LeaveOutWhatIsNull) { EXPECT_EQ(settings().count("training/stop/batches"), 0u); }

TEST(Settings, KeepANumberThatADoubleWouldRound) {
  EXPECT_EQ(settings("18446744073709551615").at("seed"),
            SettingValue(std::string("18446744073709551615")));
}

TEST(Settings, AreTextAsInJson) {
  EXPECT_EQ(text_of(true), "true");
  EXPECT_EQ(text_of(10.0), "10");
  EXPECT_EQ(text_of(0.001), "0.001");
  EXPECT_EQ(text_of(-1e300), "-1e+300");
  EXPECT_EQ(text_of(std::string("a \"b\"")), "a \"b\"");
}

}  // namespace
}  // namespace weir
