#include "launcher/plan/study_plan.h"

#include <algorithm>
#include <cmath>

#include "launcher/doctor/memory_need.h"
#include "src/core/error.h"
#include "src/plan/machine.h"
#include "src/study/samples.h"

namespace weir {
namespace {

constexpr double mib = 1024.0 * 1024;
// docs/performance.md, "Memory".
constexpr double rank_bytes = 260 * mib, client_bytes = 8 * mib;
constexpr double local_start_seconds = 0.18;  // docs/scaling.md, "Against real runs"
constexpr double assumed_link_rate = 12.5e9;  // 100 Gbit/s a node of the server

const char* measured_memory = "docs/performance.md";

bool wants_gpus(const Study& study) {
  return study.server.device == DeviceChoice::cuda || !study.launcher.server.accelerators.empty();
}

const Machine& machine_of(const Study& study, const std::string& wanted) {
  const std::string name = !wanted.empty() ? wanted : wants_gpus(study) ? "a100" : "laptop";
  if (const Machine* const found = find_machine(name)) return *found;
  std::string names;
  for (const auto& machine : machines())
    names += (names.empty() ? "" : ", ") + std::string(machine.name);
  throw Error(ErrorKind::input, "--machine: there is no '" + name + "', but " + names);
}

/// The study as the options change it.
Study changed(Study study, const PlanOptions& options) {
  if (study.training.source != Source::ensemble)
    throw Error(ErrorKind::input,
                "/training/source is \"dataset\": a plan is of a study with an ensemble");
  study.server.ranks = options.ranks.value_or(study.server.ranks);
  study.launcher.jobs =
      std::min(options.clients.value_or(study.launcher.jobs), study.simulation.count);
  return study;
}

/// Fills the input number by number, and notes where each is from.
class Composer {
 public:
  Composer(const Study& study, const PlanOptions& options)
      : study_(study),
        options_(options),
        machine_(machine_of(study, options.machine)),
        sample_bytes_(4 * static_cast<double>(study.simulation.sample_size())) {}

  StudyPlan compose() {
    ensemble();
    server();
    training();
    solvers();
    transport();
    plan_.server_memory = memory_need(study_).total() + rank_bytes * ranks();
    plan_.client_memory = client_bytes + static_cast<double>(study_.client.window_mib) * mib;
    note("memory_beside_the_slab", "memory of a rank beside its slab", rank_bytes, "B",
         Origin::measured, measured_memory);
    return plan_;
  }

 private:
  double ranks() const { return static_cast<double>(study_.server.ranks); }

  void note(const char* name, const char* text, double value, const char* unit, Origin origin,
            const std::string& source) {
    plan_.figures.push_back({name, text, value, unit, origin, source});
  }

  /// A number that an option may give; else it is what `otherwise` says.
  double settle(const char* name, const char* text, const char* unit,
                const std::optional<double>& given, const char* option, double otherwise,
                Origin origin, const std::string& source) {
    const double value = given.value_or(otherwise);
    note(name, text, value, unit, given ? Origin::given : origin, given ? option : source);
    return value;
  }

  std::uint64_t samples_in(std::size_t size_mib) const {
    return static_cast<std::uint64_t>(
        std::max(1.0, static_cast<double>(size_mib) * mib / sample_bytes_));
  }

  void ensemble() {
    auto& input = plan_.input;
    const auto& clients = study_.launcher.clients;
    input.simulations = study_.simulation.count;
    input.steps = samples_of_simulation(study_);
    input.clients = study_.launcher.jobs;
    input.cores_per_client = study_.simulation.ranks * clients.cores_per_rank;
    input.sample_bytes = sample_bytes_;
    input.window = samples_in(study_.client.window_mib);
    note("clients", "simulations at a time", static_cast<double>(input.clients), "",
         options_.clients ? Origin::given : Origin::study,
         options_.clients ? "--clients" : "/launcher/jobs");
    note("cores_per_client", "cores of a simulation", static_cast<double>(input.cores_per_client),
         "", Origin::study, "/simulation/ranks, /launcher/clients/cores_per_rank");
  }

  void server() {
    auto& input = plan_.input;
    const auto cores = std::max(study_.launcher.server.cores_per_rank, study_.server.threads);
    input.ranks = study_.server.ranks;
    input.server_cores = input.ranks * cores;
    input.gpus = machine_.gpu ? input.ranks : 0;
    input.buffer = study_.buffer.kind;
    input.capacity = study_.buffer.capacity;
    input.watermark = study_.buffer.watermark;
    input.inflight = samples_in(study_.server.inflight_mib);
    note("ranks", "server ranks", ranks(), "", options_.ranks ? Origin::given : Origin::study,
         options_.ranks ? "--ranks" : "/server/ranks");
  }

  void training() {
    auto& input = plan_.input;
    const auto& settings = study_.training;
    input.batch = settings.batch * settings.accumulate;
    const auto weights = static_cast<double>(model_values(study_));
    if (weights == 0 && !options_.train_seconds)
      throw Error(ErrorKind::input,
                  "the weights of this model are not known before it is loaded; give "
                  "--train-seconds, the time of a training step");
    const double estimate = train_seconds(machine_, {.weights = weights,
                                                     .batch = static_cast<double>(input.batch),
                                                     .sample_bytes = sample_bytes_,
                                                     .threads = study_.server.threads,
                                                     .precision = settings.precision});
    const bool dense =
        settings.model.kind == ModelKind::mlp || settings.model.kind == ModelKind::deeponet;
    const double step = settle("train_seconds", "a training step of a rank", "s",
                               options_.train_seconds, "--train-seconds", estimate,
                               machine_.measured && dense ? Origin::measured : Origin::assumed,
                               std::string(machine_.source) +
                                   (dense ? "" : "; convolutions take longer than this counts"));
    const double sum = sum_seconds(machine_, weights, study_.server.ranks);
    if (study_.server.ranks > 1)
      note("sum_seconds", "the sum of gradients", sum, "s",
           machine_.measured ? Origin::measured : Origin::assumed, std::string(machine_.source));
    input.train_seconds = step + sum;
  }

  void solvers() {
    auto& input = plan_.input;
    const double balanced = input.train_seconds * static_cast<double>(input.clients) /
                            static_cast<double>(input.ranks * input.batch);
    input.step_seconds =
        settle("step_seconds", "a step of the solver", "s", options_.step_seconds, "--step-seconds",
               balanced, Origin::assumed, "as fast as each sample is trained on once");
    const bool local = study_.launcher.scheduler == SchedulerKind::local ||
                       study_.launcher.scheduler == SchedulerKind::local_pool;
    input.start_seconds = settle(
        "start_seconds", "the start of a simulation", "s", options_.start_seconds,
        "--start-seconds", local ? local_start_seconds : study_.launcher.poll, Origin::assumed,
        local ? "a short one" : "/launcher/poll, which is how soon an end is seen");
    input.queue_seconds =
        settle("queue_seconds", "its wait in a queue", "s", options_.queue_seconds,
               "--queue-seconds", 0, Origin::assumed, "there is always room for the next");
    // The first steps of an autoregressive simulation make no sample.
    input.start_seconds += static_cast<double>(lead_of(study_)) * input.step_seconds;
  }

  void transport() {
    auto& input = plan_.input;
    const auto& settings = study_.server.transport;
    input.ingest_rate =
        settle("ingest_rate", "what a rank can receive", "B/s", options_.ingest_rate,
               "--ingest-rate", ingest_rate(settings, sample_bytes_), Origin::measured,
               "weir-bench ingest, two cores (docs/performance.md)");
    const auto nodes = std::max<std::size_t>(study_.launcher.server.nodes, 1);
    const bool tcp = settings.kind == TransportKind::tcp;
    if (!tcp && !options_.link_rate) return;  // one machine
    input.link_rate = settle("link_rate", "what the link carries", "B/s", options_.link_rate,
                             "--link-rate", assumed_link_rate * static_cast<double>(nodes),
                             Origin::assumed, "100 Gbit/s a node of the server");
  }

  const Study& study_;
  const PlanOptions& options_;
  const Machine& machine_;
  const double sample_bytes_;
  StudyPlan plan_;
};

}  // namespace

const char* origin_name(Origin origin) {
  switch (origin) {
    case Origin::given:
      return "given";
    case Origin::study:
      return "study";
    case Origin::measured:
      return "measured";
    case Origin::assumed:
      return "assumed";
  }
  return "";
}

StudyPlan plan_of(const Study& study, const PlanOptions& options) {
  const Study planned = changed(study, options);
  StudyPlan plan = Composer(planned, options).compose();
  plan.result = plan_study(plan.input);
  return plan;
}

std::vector<StudyPlan> what_if(const Study& study, const PlanOptions& options,
                               const StudyPlan& plan) {
  // What was settled for the plan holds for its variants, too: a solver is no faster with more.
  PlanOptions base = options;
  base.step_seconds = plan.input.step_seconds;
  std::vector<StudyPlan> variants;
  PlanOptions ranks = base;
  ranks.ranks = 2 * plan.input.ranks;
  variants.push_back(plan_of(study, ranks));
  if (plan.input.clients == plan.input.simulations) return variants;
  PlanOptions clients = base;
  clients.clients = 2 * plan.input.clients;
  variants.push_back(plan_of(study, clients));
  return variants;
}

}  // namespace weir
