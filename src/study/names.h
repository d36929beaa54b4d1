#pragma once
// The lower-case names of a study's enumerations, as study files spell them.

#include <array>
#include <string_view>
#include <utility>

#include "src/study/study.h"

namespace weir {

template <class E, std::size_t n>
using Names = std::array<std::pair<E, std::string_view>, n>;

constexpr auto names(NonFinite) {
  using enum NonFinite;
  return Names<NonFinite, 3>{{{refuse, "refuse"}, {drop, "drop"}, {accept, "accept"}}};
}
constexpr auto names(Exhausted) {
  using enum Exhausted;
  return Names<Exhausted, 2>{{{replace, "replace"}, {drop, "drop"}}};
}
constexpr auto names(Launch) {
  using enum Launch;
  return Names<Launch, 4>{
      {{automatic, "automatic"}, {mpirun, "mpirun"}, {srun, "srun"}, {direct, "direct"}}};
}
constexpr auto names(DesignKind) {
  using enum DesignKind;
  return Names<DesignKind, 5>{{{uniform, "uniform"},
                               {latin_hypercube, "latin_hypercube"},
                               {halton, "halton"},
                               {sobol, "sobol"},
                               {list, "list"}}};
}
constexpr auto names(BufferKind) {
  using enum BufferKind;
  return Names<BufferKind, 3>{{{fifo, "fifo"}, {firo, "firo"}, {reservoir, "reservoir"}}};
}
constexpr auto names(Source) {
  using enum Source;
  return Names<Source, 2>{{{ensemble, "ensemble"}, {dataset, "dataset"}}};
}
constexpr auto names(Activation) {
  using enum Activation;
  return Names<Activation, 4>{{{relu, "relu"}, {tanh, "tanh"}, {gelu, "gelu"}, {silu, "silu"}}};
}
constexpr auto names(SampleKind) {
  using enum SampleKind;
  return Names<SampleKind, 2>{{{direct, "direct"}, {autoregressive, "autoregressive"}}};
}
constexpr auto names(Prediction) {
  using enum Prediction;
  return Names<Prediction, 2>{{{value, "value"}, {increment, "increment"}}};
}
constexpr auto names(ModelKind) {
  using enum ModelKind;
  return Names<ModelKind, 8>{{{mlp, "mlp"},
                              {decoder, "decoder"},
                              {autoencoder, "autoencoder"},
                              {unet, "unet"},
                              {fno, "fno"},
                              {deeponet, "deeponet"},
                              {torchscript, "torchscript"},
                              {plugin, "plugin"}}};
}
constexpr auto names(OptimizerKind) {
  using enum OptimizerKind;
  return Names<OptimizerKind, 3>{{{adam, "adam"}, {adamw, "adamw"}, {sgd, "sgd"}}};
}
constexpr auto names(ScheduleKind) {
  using enum ScheduleKind;
  return Names<ScheduleKind, 5>{{{constant, "constant"},
                                 {step, "step"},
                                 {exponential, "exponential"},
                                 {cosine, "cosine"},
                                 {plateau, "plateau"}}};
}
constexpr auto names(LossKind) {
  using enum LossKind;
  return Names<LossKind, 6>{{{mse, "mse"},
                             {l1, "l1"},
                             {relative_l2, "relative_l2"},
                             {huber, "huber"},
                             {sobolev, "sobolev"},
                             {plugin, "plugin"}}};
}
constexpr auto names(Precision) {
  using enum Precision;
  return Names<Precision, 4>{{{fp32, "fp32"}, {tf32, "tf32"}, {bf16, "bf16"}, {fp16, "fp16"}}};
}
constexpr auto names(BufferMemory) {
  using enum BufferMemory;
  return Names<BufferMemory, 2>{{{host, "host"}, {device, "device"}}};
}
constexpr auto names(DeviceChoice) {
  using enum DeviceChoice;
  return Names<DeviceChoice, 3>{{{automatic, "automatic"}, {cpu, "cpu"}, {cuda, "cuda"}}};
}
constexpr auto names(Prefetch) {
  using enum Prefetch;
  return Names<Prefetch, 3>{{{automatic, "automatic"}, {on, "on"}, {off, "off"}}};
}
constexpr auto names(RankScaling) {
  using enum RankScaling;
  return Names<RankScaling, 3>{{{none, "none"}, {linear, "linear"}, {square_root, "square_root"}}};
}
constexpr auto names(Refinement) {
  using enum Refinement;
  return Names<Refinement, 3>{{{none, "none"}, {loss, "loss"}, {plugin, "plugin"}}};
}
constexpr auto names(NormalisationKind) {
  using enum NormalisationKind;
  return Names<NormalisationKind, 3>{{{none, "none"}, {given, "given"}, {measured, "measured"}}};
}
constexpr auto names(StartOrder) {
  using enum StartOrder;
  return Names<StartOrder, 2>{{{server_first, "server-first"}, {clients_first, "clients-first"}}};
}
constexpr auto names(SchedulerKind) {
  using enum SchedulerKind;
  return Names<SchedulerKind, 6>{{{local, "local"},
                                  {local_pool, "local-pool"},
                                  {slurm, "slurm"},
                                  {slurm_steps, "slurm-steps"},
                                  {slurm_pool, "slurm-pool"},
                                  {oar, "oar"}}};
}

constexpr auto names(TransportKind) {
  using enum TransportKind;
  return Names<TransportKind, 2>{{{ipc, "ipc"}, {tcp, "tcp"}}};
}
constexpr auto names(Security) {
  using enum Security;
  return Names<Security, 2>{{{curve, "curve"}, {none, "none"}}};
}

/// The name of a value; every value of the enumerations above has one.
template <class E>
constexpr std::string_view name_of(E value) {
  for (const auto& [candidate, name] : names(value)) {
    if (candidate == value) return name;
  }
  return "?";
}

}  // namespace weir
