#include "tests/bench/reference_study.h"

namespace weir::bench {

Study study_of(const StudyCase& which) {
  Study study;
  study.name = "bench";
  study.simulation.count = which.clients;
  study.simulation.steps = 1'000'000;
  study.simulation.fields = {{"u", {which.values}, "K"}};
  study.simulation.command = {"true"};  // clients are started by hand
  for (const char* name : {"a", "b", "c", "d", "e"})
    study.parameters.push_back({name, 100, 500, "K"});
  study.buffer = {
      .kind = BufferKind::reservoir, .capacity = which.capacity, .watermark = which.watermark};
  study.training.batch = which.batch;
  study.training.model.hidden = {256, 256};
  study.training.optimizer.weight_decay = 1e-4;
  study.training.normalisation.kind = NormalisationKind::given;
  study.training.normalisation.fields = {{"u", {300, 80}}};
  study.training.stop.batches = which.batches;
  study.checkpoint.every = 0;
  study.server.device = DeviceChoice::cpu;
  return study;
}

void train_on(const std::string& device, Study& study) {
  study.server.device = device == "cuda" ? DeviceChoice::cuda : DeviceChoice::cpu;
  if (device == "cuda") study.buffer.memory = BufferMemory::device;
}

}  // namespace weir::bench
