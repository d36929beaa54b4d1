// A client's session under a server that says anything in any order.

#include "src/wire/client_session.h"

#include <vector>

#include "tests/fuzz/frames.h"

namespace weir::fuzz {
namespace {

using namespace weir::wire;

constexpr std::size_t sample_bytes = 16, steps = 12;

ClientSettings settings() {
  ClientSettings settings;
  settings.study = 7;
  settings.schema = 9;
  settings.sim = 2;
  return settings;
}

class Run {
 public:
  Run() : session_(settings(), [this](Frame frame) { hear(*frame); }) { session_.start(now_); }

  void act(Input& input) {
    const std::uint8_t action = input.byte();
    switch (action % 8) {
      case 0:
        now_ += std::chrono::milliseconds(input.byte() * 50);
        return session_.tick(now_);
      case 1:
        if (next_step_ < steps && !ended_) session_.enqueue(next_step_, chunk(next_step_));
        ++next_step_;
        return;
      case 2:
        if ((action & 8) != 0 && !ended_) session_.end(steps, 1);
        ended_ = ended_ || (action & 8) != 0;
        return;
      case 3:
        if ((action & 8) != 0) session_.follow(++epoch_, now_);
        return;
      default:
        session_.receive(*answer(input), now_);
    }
  }
  void check_bounds() const {
    check(session_.unaccepted_bytes() <= steps * sample_bytes, "no chunk is counted twice");
  }

 private:
  void hear(Bytes frame) {
    const auto result = decode(frame);
    check(result.ok(), "all that is said is a message");
    if (const auto* hello = std::get_if<Hello>(&std::get<Decoded>(result.value).message))
      said_ = hello->session;
  }
  static Frame chunk(std::uint64_t step) {
    auto frame = std::make_shared<wire::FrameBytes>(header_size + sample_bytes);
    encode_data_header({2, 0, step, 0, 0, sample_bytes / sizeof(float)},
                       std::span<std::byte, header_size>(frame->data(), header_size));
    return frame;
  }
  Frame answer(Input& input) {
    switch (input.byte() % 8) {
      case 0:
      case 1:
        return frame_of(Welcome{.epoch = input.byte() % 3u,
                                .ranks = 1,
                                .steps = steps,
                                .parameters = {0.5},
                                .held = list_of<std::uint8_t>(input),
                                .durable = list_of<std::uint8_t>(input),
                                .session = said_});
      case 2:
        return frame_of(Credit{input.number(), input.number()});
      case 3:
        return frame_of(Accepted{2, list_of<std::uint64_t>(input)});
      case 4:
        return frame_of(Durable{input.number(), input.number()});
      case 5:
        return frame_of(Finished{2, input.number(), input.number()});
      case 6:
        return frame_of(Reject{static_cast<RejectCode>(1 + input.byte() % 11), "no"});
      default:
        return raw_frame(input);
    }
  }

  Time now_{};
  std::uint64_t next_step_ = 0, epoch_ = 0, said_ = 0;
  bool ended_ = false;
  ClientSession session_;
};

}  // namespace
}  // namespace weir::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::fuzz::Input input(data, size);
  weir::fuzz::Run run;
  for (int actions = 0; !input.empty() && actions < 400; ++actions) {
    run.act(input);
    run.check_bounds();
  }
  return 0;
}
