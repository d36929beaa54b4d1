// A study that takes the physical time of each step from its solver.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using testing::HasSubstr;
using testing::Optional;

class ClientTime : public SerialClientTest {
 protected:
  static FakeStudy study_of(bool times) {
    FakeStudy study;
    study.fields = {{"u", 1}, {"v", 1}};
    study.steps = 3;
    study.times = times;
    return study;
  }
};

TEST_F(ClientTime, OfEachStepComesToTheServerAsTheSolverSaysIt) {
  serve_and_connect(study_of(/*times=*/true));
  for (const double time : {0.1, 0.25, -3e7}) {
    ASSERT_EQ(weir_time(client_, 77), WEIR_OK) << last_error();
    ASSERT_EQ(weir_time(client_, time), WEIR_OK) << "the later one counts: " << last_error();
    ASSERT_EQ(send("u", {time}), WEIR_OK) << last_error();
    ASSERT_EQ(send("v", {time}), WEIR_OK) << last_error();
  }
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->rank(0).time({0, 0}), Optional(0.1));
  EXPECT_THAT(server_->rank(0).time({0, 1}), Optional(0.25));
  EXPECT_THAT(server_->rank(0).time({0, 2}), Optional(-3e7));
}

TEST_F(ClientTime, ThatIsMissingIsAnErrorThatNamesTheStep) {
  serve_and_connect(study_of(/*times=*/true));
  EXPECT_EQ(send("u", {1}), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(),
              HasSubstr("the study wants the time of each step (/simulation/time/sent), and "
                        "weir_time was not called for step 0 of field 'u'"));
  ASSERT_EQ(weir_time(client_, 1), WEIR_OK) << last_error();
  ASSERT_EQ(send("u", {1}), WEIR_OK) << last_error();
  ASSERT_EQ(send("v", {1}), WEIR_OK) << last_error();
  EXPECT_EQ(send("u", {1}), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("for step 1 of field 'u'"));
}

TEST_F(ClientTime, ThatIsNotFiniteIsAnError) {
  serve_and_connect(study_of(/*times=*/true));
  EXPECT_EQ(weir_time(client_, std::nan("")), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("weir_time: the time of step 0 is nan; it has to be finite"));
  EXPECT_EQ(weir_time(client_, std::numeric_limits<double>::infinity()), WEIR_ERROR_ARGUMENT);
  EXPECT_EQ(weir_time(nullptr, 1), WEIR_ERROR_ARGUMENT);
}

TEST_F(ClientTime, ThatComesAfterAFieldOfItsStepIsAnError) {
  serve_and_connect(study_of(/*times=*/true));
  ASSERT_EQ(weir_time(client_, 1), WEIR_OK) << last_error();
  ASSERT_EQ(send("u", {1}), WEIR_OK) << last_error();
  EXPECT_EQ(weir_time(client_, 2), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("weir_time: field 'u' of step 0 was sent, and field 'v' was "
                                      "not; say the time of a step before its first field"));
  EXPECT_EQ(send("v", {1}), WEIR_OK) << last_error();
}

TEST_F(ClientTime, IsNeededOnlyOfStepsThatAreSent) {
  FakeStudy study = study_of(/*times=*/true);
  study.stride = 2;
  serve_and_connect(study);
  for (int step = 0; step < 5; ++step) {
    if (step % 2 == 0) {
      ASSERT_EQ(weir_time(client_, 10 * step), WEIR_OK) << last_error();
    }
    ASSERT_EQ(send("u", {1}), WEIR_OK) << last_error();
    ASSERT_EQ(send("v", {1}), WEIR_OK) << last_error();
  }
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->rank(0).time({0, 1}), Optional(20));
  EXPECT_THAT(server_->rank(0).time({0, 2}), Optional(40));
}

TEST_F(ClientTime, ChangesNothingInAStudyThatDoesNotAskForIt) {
  serve_and_connect(study_of(/*times=*/false));
  for (int step = 0; step < 3; ++step) {
    ASSERT_EQ(weir_time(client_, 10 * step), WEIR_OK) << last_error();
    ASSERT_EQ(send("u", {1}), WEIR_OK) << last_error();
    ASSERT_EQ(send("v", {1}), WEIR_OK) << last_error();
  }
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_EQ(server_->rank(0).time({0, 0}), std::nullopt);
  EXPECT_EQ(server_->accepted(), 3u);
}

}  // namespace
}  // namespace weir::test
