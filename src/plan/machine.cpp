#include "src/plan/machine.h"

#include <algorithm>
#include <array>

namespace weir {
namespace {

constexpr double operations_a_weight = 6, bytes_a_weight = 44, value_bytes = 4;

// Assumed: half of what the vendors state. It is what one figure of the paper gives, too:
// docs/scaling.md, "Against the paper".
constexpr double efficiency = 0.5;
constexpr double launch_seconds = 0.5e-3;  // assumed: some hundred kernels

constexpr std::array presets = {
    // docs/performance.md, two cores of an Intel Xeon virtual machine (2026-11-22):
    // flops: "Two ranks", 6-256-256-10⁴, batch 256, one rank of one thread: 46 ms a step.
    // memory_rate: "A training step", N = 10⁶. batch_rate: "Batches", 10⁶ values.
    // sum_rate: "Two ranks", 10.5 MB take 7.0 % of a step of 51 ms, waiting included.
    // step_seconds: none is left at N = 10², where the weights move faster, in the cache.
    Machine{.name = "laptop",
            .measured = true,
            .flops = 90e9,
            .memory_rate = 13e9,
            .batch_rate = 9.4e9,
            .sum_rate = 3e9,
            .step_seconds = 0,
            .source = "weir-bench, two cores (docs/performance.md)"},
    // NVIDIA's data sheets: A100 40 GB SXM (19.5 TFLOP/s, TF32 156, BF16 312, HBM 1555 GB/s,
    // PCIe 4 × 16, NVLink 300 GB/s a direction).
    Machine{.name = "a100",
            .gpu = true,
            .flops = 19.5e12 * efficiency,
            .flops_tf32 = 156e12 * efficiency,
            .flops_half = 312e12 * efficiency,
            .memory_rate = 1555e9 * efficiency,
            .batch_rate = 31.5e9 * efficiency,
            .sum_rate = 300e9 * efficiency,
            .step_seconds = launch_seconds,
            .source = "half of an A100's peak"},
    // GH200 with 96 GB (67 TFLOP/s, TF32 494, BF16 989 without sparsity, HBM3 4000 GB/s,
    // NVLink-C2C 450 GB/s a direction to the host, NVLink 450 GB/s).
    Machine{.name = "gh200",
            .gpu = true,
            .flops = 67e12 * efficiency,
            .flops_tf32 = 494e12 * efficiency,
            .flops_half = 989e12 * efficiency,
            .memory_rate = 4000e9 * efficiency,
            .batch_rate = 450e9 * efficiency,
            .sum_rate = 450e9 * efficiency,
            .step_seconds = launch_seconds,
            .source = "half of a GH200's peak"},
};

double flops(const Machine& machine, const TrainingWork& work) {
  const auto of = [&](double special) { return special > 0 ? special : machine.flops; };
  const double threads = machine.gpu ? 1 : static_cast<double>(work.threads);
  switch (work.precision) {
    case Precision::tf32:
      return threads * of(machine.flops_tf32);
    case Precision::bf16:
    case Precision::fp16:
      return threads * of(machine.flops_half);
    case Precision::fp32:
      break;
  }
  return threads * machine.flops;
}

}  // namespace

std::span<const Machine> machines() { return presets; }

const Machine* find_machine(std::string_view name) {
  const auto* const found = std::find_if(presets.begin(), presets.end(),
                                         [&](const auto& one) { return one.name == name; });
  return found == presets.end() ? nullptr : found;
}

double train_seconds(const Machine& machine, const TrainingWork& work) {
  const double arithmetic = operations_a_weight * work.weights * work.batch / flops(machine, work);
  const double memory = bytes_a_weight * work.weights / machine.memory_rate;
  return std::max(arithmetic, memory) + work.batch * work.sample_bytes / machine.batch_rate +
         machine.step_seconds;
}

double sum_seconds(const Machine& machine, double weights, std::size_t ranks) {
  const auto r = static_cast<double>(ranks);
  return 2 * (r - 1) / r * value_bytes * weights / machine.sum_rate;
}

// docs/performance.md, "Ingest": from 4 KiB to 16 MiB, 2 clients.
double ingest_rate(const TransportSettings& transport, double sample_bytes) {
  constexpr double sample_seconds = 5e-6;
  const bool tcp = transport.kind == TransportKind::tcp;
  const double rate = !tcp ? 4e9 : transport.security == Security::curve ? 0.65e9 : 2e9;
  return sample_bytes / (sample_seconds + sample_bytes / rate);
}

}  // namespace weir
