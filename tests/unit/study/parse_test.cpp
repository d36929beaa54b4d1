#include "src/study/parse.h"

#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A study with nothing but what has no default; `change` gets its JSON.
Study study_with(const std::function<void(nlohmann::json&)>& change,
                 const std::string& base = "/b") {
  auto json = nlohmann::json::parse(R"({
    "name": "test",
    "simulation": {
      "count": 10, "steps": 20, "fields": [{"name": "u", "shape": [4, 8]}], "command": ["solver"]
    },
    "parameters": [{"name": "a", "bounds": [0, 1]}],
    "buffer": {"capacity": 100}
  })");
  change(json);
  return parse_study(json.dump(), base);
}

void nothing(nlohmann::json&) {}

TEST(ParseStudyTest, WhatIsNotGivenKeepsItsDefault) {
  const Study study = study_with(nothing);
  EXPECT_EQ(study.simulation.restarts, SimulationSettings{}.restarts);
  EXPECT_EQ(study.buffer.kind, BufferKind::reservoir);
  EXPECT_THAT(study.training.model.hidden, ElementsAre(256, 256));
  EXPECT_EQ(study.training.stop.batches, std::nullopt);
  EXPECT_TRUE(study.validation.dataset.empty());
}

TEST(ParseStudyTest, WhatIsGivenArrives) {
  const Study study = study_with([](auto& json) {
    json["seed"] = 18446744073709551615u;
    json["parameters"][0]["bounds"] = {-2.5, 1e3};
    json["training"]["optimizer"] = {{"kind", "sgd"}, {"momentum", 0.9}};
    json["training"]["stop"]["batches"] = 7;
    json["simulation"]["environment"]["OMP_NUM_THREADS"] = "1";
  });
  EXPECT_EQ(study.seed, 18446744073709551615u);
  EXPECT_EQ(study.simulation.fields.at(0).size(), 32u);
  EXPECT_EQ(study.parameters.at(0).lower, -2.5);
  EXPECT_EQ(study.parameters.at(0).upper, 1000);
  EXPECT_EQ(study.training.optimizer.kind, OptimizerKind::sgd);
  EXPECT_EQ(study.training.optimizer.momentum, 0.9);
  EXPECT_EQ(study.training.stop.batches, 7u);
  EXPECT_EQ(study.simulation.environment.at("OMP_NUM_THREADS"), "1");
}

TEST(ParseStudyTest, RelativePathsStartAtTheBase) {
  const Study study = study_with(
      [](auto& json) {
        json["simulation"]["command"] = {"../bin/solver", "data/input"};
        json["validation"]["dataset"] = "validation.h5";
        json["sampling"] = {{"design", "list"}, {"file", "/lists/points.csv"}};
      },
      "/home/me/study");
  EXPECT_THAT(study.simulation.command, ElementsAre("/home/me/bin/solver", "data/input"));
  EXPECT_EQ(study.validation.dataset, "/home/me/study/validation.h5");
  EXPECT_EQ(study.sampling.file, "/lists/points.csv");
}

TEST(ParseStudyTest, AProgramWithoutASlashIsLeftToThePath) {
  EXPECT_THAT(study_with(nothing).simulation.command, ElementsAre("solver"));
}

TEST(ParseStudyTest, ARelativeBaseGivesAbsolutePaths) {
  const auto dataset = [](auto& json) { json["validation"]["dataset"] = "v.h5"; };
  EXPECT_TRUE(study_with(dataset, "").validation.dataset.is_absolute());
}

TEST(WriteStudyTest, EveryDefaultIsWrittenOut) {
  const auto json = nlohmann::json::parse(write_study(study_with(nothing)));
  EXPECT_EQ(json.at("/training/optimizer/learning_rate"_json_pointer), 1e-3);
  EXPECT_EQ(json.at("/training/model/kind"_json_pointer), "mlp");
  EXPECT_EQ(json.at("/training/loss/kind"_json_pointer), "mse");
  EXPECT_EQ(json.at("/buffer/watermark"_json_pointer), 0);
  EXPECT_TRUE(json.at("/training/stop/batches"_json_pointer).is_null());
  EXPECT_TRUE(json.at("/validation/dataset"_json_pointer).is_null());
}

TEST(WriteStudyTest, NumbersSurviveToTheLastBit) {
  const Study study = study_with([](auto& json) {
    json["seed"] = 18446744073709551615u;
    json["parameters"][0]["bounds"] = {0.1, 1.0 / 3};
  });
  const Study again = parse_study(write_study(study), "/elsewhere");
  EXPECT_EQ(again.seed, study.seed);
  EXPECT_EQ(again.parameters[0].lower, 0.1);
  EXPECT_EQ(again.parameters[0].upper, 1.0 / 3);
}

TEST(SchemaHashTest, DependsOnWhatMakesASampleAndOnNothingElse) {
  const std::uint64_t hash = schema_hash(study_with(nothing));
  const auto with = [](const char* pointer, const nlohmann::json& value) {
    return schema_hash(
        study_with([&](auto& json) { json[nlohmann::json::json_pointer(pointer)] = value; }));
  };
  EXPECT_NE(hash, with("/simulation/steps", 21));
  EXPECT_NE(hash, with("/simulation/fields/0/name", "v"));
  EXPECT_NE(hash, with("/simulation/fields/0/shape", {8, 4}));
  EXPECT_NE(hash, with("/parameters/0/name", "b"));
  EXPECT_NE(hash, with("/simulation/stride", 2));
  EXPECT_NE(hash, with("/simulation/time/sent", true));
  EXPECT_EQ(hash, with("/seed", 9));
  EXPECT_EQ(hash, with("/simulation/count", 11));
  EXPECT_EQ(hash, with("/training/batch", 3));
}

TEST(LoadStudyTest, AFileThatIsNotThereIsTheUsersError) {
  try {
    load_study("/no/such/study.json");
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_STREQ(error.what(), "cannot read /no/such/study.json: no such file or directory");
  }
}

TEST(LoadStudyTest, MessagesBeginWithThePath) {
  const test::TemporaryFolder folder;
  const auto file = folder / "study.json";
  std::ofstream(file) << "{}";
  try {
    load_study(file);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith(file.string() + ": /name: is missing; "));
  }
}

TEST(StudyReferenceTest, HasATableForEachObjectOfAStudy) {
  const std::string page = study_reference();
  for (const char* section : {"Top level", "`/simulation/fields/N`", "`/training/optimizer`",
                              "`/training/normalisation/fields/NAME`", "`/launcher`"}) {
    EXPECT_THAT(page, HasSubstr(std::string("\n## ") + section + "\n"));
  }
}

}  // namespace
}  // namespace weir
