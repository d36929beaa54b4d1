#pragma once
// A sink that takes nothing: for a server that trains from a data set and has no simulations.

#include "src/wire/sample_sink.h"

namespace weir {

class ClosedSink final : public wire::SampleSink {
 public:
  std::size_t room() const override { return 0; }
  wire::Begin begin(SampleId) override { return {wire::BeginStatus::no_room}; }
  float* row(wire::Slot, std::size_t) override { return nullptr; }
  wire::CommitStatus commit(wire::Slot) override { return wire::CommitStatus::duplicate; }
  void abandon(wire::Slot) override {}
  std::vector<std::uint8_t> held(std::uint64_t) const override { return {}; }
  bool complete(std::uint64_t) const override { return false; }
};

}  // namespace weir
