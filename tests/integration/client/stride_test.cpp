// A study that takes one of every few steps of its solver.
#include <gmock/gmock.h>

#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

class ClientStride : public SerialClientTest {
 protected:
  static FakeStudy study_of(std::uint64_t stride) {
    FakeStudy study;
    study.fields = {{"u", 1}, {"v", 1}};
    study.steps = 3;
    study.stride = stride;
    return study;
  }
  weir_status send_both(double value) {
    const weir_status status = send("u", {value});
    return status == WEIR_OK ? send("v", {-value}) : status;
  }
};

TEST_F(ClientStride, SendsTheFirstOfSoManyStepsOfEachField) {
  serve_and_connect(study_of(/*stride=*/4));
  for (int step = 0; step < 12; ++step) ASSERT_EQ(send_both(step), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->sample({0, 0}), Optional(ElementsAre(0, 0)));
  EXPECT_THAT(server_->sample({0, 1}), Optional(ElementsAre(4, -4)));
  EXPECT_THAT(server_->sample({0, 2}), Optional(ElementsAre(8, -8)));
}

TEST_F(ClientStride, NeedsNoCallAfterTheLastStepThatIsSent) {
  serve_and_connect(study_of(/*stride=*/4));
  for (int step = 0; step < 9; ++step) ASSERT_EQ(send_both(step), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_EQ(server_->accepted(), 3u);
}

TEST_F(ClientStride, RefusesTheNextStepThatWouldBeSentOnceAllAre) {
  serve_and_connect(study_of(/*stride=*/4));
  for (int step = 0; step < 12; ++step) ASSERT_EQ(send_both(step), WEIR_OK) << last_error();
  EXPECT_EQ(send("u", {12}), WEIR_ERROR_STEPS);
  EXPECT_THAT(last_error(), HasSubstr("step 3 of field 'u' sent; the study has 3 steps, counted "
                                      "from 0, and one of 4 calls of weir_send is sent"));
}

TEST_F(ClientStride, MissesTheStepsThatWereToBeSent) {
  serve_and_connect(study_of(/*stride=*/4));
  for (int step = 0; step < 8; ++step) ASSERT_EQ(send_both(step), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_ERROR_STEPS);
  EXPECT_THAT(std::string(weir_last_error(nullptr)), HasSubstr("sent 2 of 3 steps"));
}

TEST_F(ClientStride, DoesNotLookAtTheValuesOfAStepThatIsNotSent) {
  serve_and_connect(study_of(/*stride=*/2));
  ASSERT_EQ(send_both(1), WEIR_OK) << last_error();
  EXPECT_EQ(weir_send(client_, "u", nullptr, 77), WEIR_OK) << last_error();
  EXPECT_EQ(send("w", {1}), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("no field 'w'"));
}

TEST_F(ClientStride, ASolverThatGoesOnCountsItsOwnSteps) {
  serve(study_of(/*stride=*/4));
  for (const std::uint64_t step : {0, 1}) server_->rank(0).hold({0, step});
  server_->rank(0).publish();
  ASSERT_EQ(weir_init_serial(&client_), WEIR_OK) << weir_last_error(nullptr);
  std::size_t resume = 0;
  EXPECT_EQ(weir_resume_step(client_, &resume), WEIR_OK);
  EXPECT_EQ(resume, 8u);
  EXPECT_EQ(weir_start_at(client_, 9), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("step 9 is later than weir_resume_step, which is 8"));
  EXPECT_EQ(weir_start_at(client_, 6), WEIR_OK) << last_error();  // between two that are sent
  for (int step = 6; step < 10; ++step) ASSERT_EQ(send_both(step), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->sample({0, 2}), Optional(ElementsAre(8, -8)));
}

TEST_F(ClientStride, WithAllStepsDurableNothingIsLeftToCompute) {
  serve(study_of(/*stride=*/4));
  for (const std::uint64_t step : {0, 1, 2}) server_->rank(0).hold({0, step});
  server_->rank(0).publish();
  ASSERT_EQ(weir_init_serial(&client_), WEIR_OK) << weir_last_error(nullptr);
  std::size_t resume = 0;
  EXPECT_EQ(weir_resume_step(client_, &resume), WEIR_OK);
  EXPECT_EQ(resume, 12u);
  EXPECT_EQ(weir_start_at(client_, 12), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
}

}  // namespace
}  // namespace weir::test
