// Values in a GPU's memory, by a driver that is a fake: the host cannot read them itself.

#include <dlfcn.h>
#include <gmock/gmock.h>

#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

class DeviceClientTest : public SerialClientTest {
 protected:
  template <typename Signature>
  auto call(const char* name, auto... arguments) {
    return reinterpret_cast<Signature*>(dlsym(driver_, name))(arguments...);
  }

  ~DeviceClientTest() override {
    if (driver_ == nullptr) return;
    if (device_ != nullptr) call<void()>("fake_cuda_free");
    dlclose(driver_);
  }

  void load_driver() {
    driver_ = dlopen(FAKE_CUDA, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(driver_, nullptr) << dlerror();
  }

  template <typename T>
  const T* on_device(const std::vector<T>& values) {
    void* host = nullptr;
    device_ =
        call<void*(std::size_t, void**)>("fake_cuda_allocate", values.size() * sizeof(T), &host);
    std::copy(values.begin(), values.end(), static_cast<T*>(host));
    return static_cast<const T*>(device_);
  }

  void* driver_ = nullptr;
  void* device_ = nullptr;
};

TEST_F(DeviceClientTest, SendsThemInBothTypesBesideTheHosts) {
  FakeStudy study;
  study.fields = {{"u", 3}};
  study.steps = 3;
  serve_and_connect(study);
  ASSERT_EQ(send("u", {1, 2, 3}), WEIR_OK) << last_error();
  load_driver();  // as a solver may after weir_init
  ASSERT_EQ(weir_send(client_, "u", on_device<double>({4, 5, 6}), 3), WEIR_OK) << last_error();
  call<void()>("fake_cuda_free");
  ASSERT_EQ(weir_send_float(client_, "u", on_device<float>({7, 8, 9}), 3), WEIR_OK) << last_error();
  EXPECT_EQ(call<std::size_t()>("fake_cuda_copies"), 2U);
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << weir_last_error(nullptr);
  EXPECT_THAT(server_->sample({0, 0}), Optional(ElementsAre(1, 2, 3)));
  EXPECT_THAT(server_->sample({0, 1}), Optional(ElementsAre(4, 5, 6)));
  EXPECT_THAT(server_->sample({0, 2}), Optional(ElementsAre(7, 8, 9)));
  EXPECT_EQ(call<std::size_t()>("fake_cuda_pinned_blocks"), 0U) << "they go with the client";
}

TEST_F(DeviceClientTest, RefusesMoreThanTheGpusMemoryHolds) {
  FakeStudy study;
  study.fields = {{"u", 4}};
  study.steps = 1;
  serve_and_connect(study);
  load_driver();
  const double* const three = on_device<double>({4, 5, 6});
  EXPECT_EQ(weir_send(client_, "u", three, 4), WEIR_ERROR_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("GPU's memory"));
  call<void()>("fake_cuda_free");
  ASSERT_EQ(weir_send(client_, "u", on_device<double>({1, 2, 3, 4}), 4), WEIR_OK) << last_error();
  EXPECT_EQ(weir_finalize(&client_), WEIR_OK) << "the failed call had no effect";
  EXPECT_THAT(server_->sample({0, 0}), Optional(ElementsAre(1, 2, 3, 4)));
}

}  // namespace
}  // namespace weir::test
