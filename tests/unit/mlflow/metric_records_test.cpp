#include "server/mlflow/metric_records.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::mlflow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(MetricRecords, AreTheValuesOfRecordsByMetric) {
  const auto records = metric_records(
      R"({"kind":"train","batch":10,"seconds":1,"loss":0.5,"samples":40})"
      "\n"
      R"({"kind":"validation","batch":10,"seconds":1,"loss":2,"fields":{"loss":{"mse":3,"steps":{"mse":[1]}}}})"
      "\n"
      R"({"kind":"histogram","batch":10,"seconds":1,"name":"repeats","counts":[1,2]})"
      "\n"
      R"({"kind":"train","batch":20,"seconds":2,"loss":0.4,"samples":80})"
      "\n");
  EXPECT_THAT(records, ElementsAre(Pair("train/loss", ElementsAre(Pair(10, 0.5), Pair(20, 0.4))),
                                   Pair("train/samples", ElementsAre(Pair(10, 40), Pair(20, 80))),
                                   Pair("validation/loss", ElementsAre(Pair(10, 2))),
                                   Pair("validation/loss.mse", ElementsAre(Pair(10, 3)))));
}

TEST(MetricRecords, TakeNullForNoNumber) {
  const auto records = metric_records(R"({"kind":"train","batch":10,"loss":null})");
  EXPECT_TRUE(std::isnan(records.at("train/loss").at(0).second));
}

TEST(MetricRecords, PassOverWhatIsNoRecord) {
  EXPECT_THAT(
      metric_records(
          "\n[1]\n{\"kind\":\"train\"}\n{\"kind\":1,\"batch\":2,\"loss\":1}\n{\"kind\":\"tr"),
      IsEmpty());
}

}  // namespace
}  // namespace weir::mlflow
