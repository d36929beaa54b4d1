#include "src/study/check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "src/study/checks.h"
#include "src/study/names.h"
#include "src/study/nearest.h"
#include "src/study/placeholder_names.h"
#include "src/study/reader.h"
#include "src/study/samples.h"

namespace weir {
namespace {

std::string item(const std::string& list, std::size_t index) {
  return child(list, std::to_string(index));
}

// Saturates, so that an overflow stays too large instead of turning small.
std::size_t product(std::size_t a, std::size_t b) {
  std::size_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::numeric_limits<std::size_t>::max();
  return result;
}

std::size_t sum(std::size_t a, std::size_t b) {
  std::size_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) return std::numeric_limits<std::size_t>::max();
  return result;
}

std::size_t sample_bytes(const Study& study) {
  std::size_t values = 0;
  for (const Field& field : study.simulation.fields) {
    std::size_t size = 1;
    for (const std::size_t extent : field.shape) size = product(size, extent);
    values = sum(values, size);
  }
  return product(values, sizeof(float));
}

template <class Named>
void check_names_differ(const std::vector<Named>& items, const std::string& list) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (names.insert(items[i].name).second) continue;
    refuse(item(list, i) + "/name",
           "is \"" + items[i].name + "\", as an earlier one; give each its own name");
  }
}

void check_parameters(const std::vector<Parameter>& parameters) {
  check_names_differ(parameters, "/parameters");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& [name, lower, upper, unit] = parameters[i];
    for (const char* reserved : reserved_placeholders) {
      if (name == reserved) {
        refuse(item("/parameters", i) + "/name", "is \"" + name +
                                                     "\", which a command's placeholder {" + name +
                                                     "} means already; choose another name");
      }
    }
    const std::string given = "is " + shown(Json{lower, upper});
    const std::string place = item("/parameters", i) + "/bounds";
    if (lower >= upper) refuse(place, given + "; the lower bound comes first and is less");
    if (!std::isfinite(upper - lower)) refuse(place, given + "; the interval is too wide");
  }
}

std::vector<std::string> placeholders(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) names.push_back(parameter.name);
  names.insert(names.end(), reserved_placeholders.begin(), reserved_placeholders.end());
  return names;
}

// A brace that does not enclose a name is the solver's own and stays.
void check_placeholders(const std::string& argument, const std::vector<std::string>& known,
                        const std::string& place) {
  for (std::size_t open = argument.find('{'); open != std::string::npos;
       open = argument.find('{', open + 1)) {
    const std::size_t close = argument.find_first_of("{}", open + 1);
    if (close == std::string::npos) return;
    const std::string name = argument.substr(open + 1, close - open - 1);
    if (argument[close] == '{' || !has_form(name, Form::identifier)) continue;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    refuse(place, "the placeholder {" + name + "} is unknown" + suggestion(name, known));
  }
}

void check_launch(const Study& study, Launch launch, std::size_t ranks, const std::string& of) {
  if (launch == Launch::direct && ranks > 1)
    refuse(of + "/launch", "is \"direct\", which starts one process, but " + of + "/ranks is " +
                               std::to_string(ranks) + "; use \"mpirun\" or one rank");
  if (launch == Launch::srun && (study.launcher.scheduler == SchedulerKind::local ||
                                 study.launcher.scheduler == SchedulerKind::local_pool))
    refuse(of + "/launch",
           "is \"srun\", which works inside a Slurm job, but /launcher/scheduler is \"local\"; use "
           "\"mpirun\" or \"automatic\"");
}

void check_simulation(const Study& study) {
  const SimulationSettings& simulation = study.simulation;
  check_names_differ(simulation.fields, "/simulation/fields");
  const auto known = placeholders(study.parameters);
  for (std::size_t i = 0; i < simulation.command.size(); ++i) {
    check_placeholders(simulation.command[i], known, item("/simulation/command", i));
  }
  check_launch(study, simulation.launch, simulation.ranks, "/simulation");
  for (const char* set_by_launcher : {"WEIR_STUDY_DIR", "WEIR_SIM", "WEIR_ATTEMPT"}) {
    if (simulation.environment.count(set_by_launcher) == 0) continue;
    refuse(child("/simulation/environment", set_by_launcher),
           "is set by the launcher for each attempt; leave it out");
  }
}

void check_sampling(const SamplingSettings& sampling) {
  const bool list = sampling.design == DesignKind::list;
  if (list && sampling.file.empty()) {
    refuse("/sampling/file", "is missing; the design \"list\" expects the path of a CSV file");
  }
  if (!list && !sampling.file.empty()) {
    refuse("/sampling/file",
           "is given, but only the design \"list\" reads it; set /sampling/design "
           "to \"list\" or leave it out");
  }
}

void check_source(const Study& study) {
  const TrainingSettings& training = study.training;
  if (training.source == Source::dataset) {
    if (training.dataset.empty()) {
      refuse("/training/dataset",
             "is missing; the source \"dataset\" expects the path of an HDF5 file");
    }
    return;
  }
  if (!training.dataset.empty()) {
    refuse("/training/dataset",
           "is given, but the source is \"ensemble\"; set /training/source to "
           "\"dataset\" or leave it out");
  }
  if (study.simulation.command.empty()) {
    refuse("/simulation/command",
           "is missing; the source \"ensemble\" expects a program and its arguments");
  }
  if (study.buffer.capacity == 0) {
    refuse("/buffer/capacity",
           "is missing; the source \"ensemble\" expects an integer, at least 1 (samples per rank)");
  }
}

void check_buffer(const Study& study) {
  const BufferSettings& buffer = study.buffer;
  if (buffer.capacity == 0) return;  // none: the source is a data set
  const std::string capacity = "/buffer/capacity, " + std::to_string(buffer.capacity);
  if (buffer.watermark > buffer.capacity) {
    refuse("/buffer/watermark", "is " + std::to_string(buffer.watermark) + ", more than " +
                                    capacity + "; training would never start");
  }
  if (study.training.batch > buffer.capacity) {
    refuse("/training/batch", "is " + std::to_string(study.training.batch) + ", more than " +
                                  capacity + "; no batch would ever be whole");
  }
  const std::size_t rows = lead_of(study) > 0 ? 2 : 1;
  const std::size_t bytes = product(product(buffer.capacity, rows), sample_bytes(study));
  if (bytes > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    refuse("/buffer/capacity", "is " + std::to_string(buffer.capacity) +
                                   ", too many samples of this size for any memory");
  }
}

void check_holds_a_sample(const std::string& place, std::size_t mib, std::size_t bytes) {
  if (bytes <= product(mib, std::size_t{1} << 20)) return;
  refuse(place, "is " + std::to_string(mib) + " MiB, less than one sample of " +
                    std::to_string(bytes) + " bytes; raise it or send smaller fields");
}

void check_sizes(const Study& study) {
  const std::size_t bytes = sample_bytes(study);
  if (bytes > std::size_t{1} << 40) {
    refuse("/simulation/fields", "make a sample of more than 1 TiB; reduce their shapes");
  }
  check_holds_a_sample("/client/window_mib", study.client.window_mib, bytes);
  check_holds_a_sample("/server/inflight_mib", study.server.inflight_mib, bytes);
}

void check_normalisation(const Study& study) {
  const NormalisationSettings& settings = study.training.normalisation;
  const std::string place = "/training/normalisation/fields";
  std::vector<std::string> names;
  for (const Field& field : study.simulation.fields) names.push_back(field.name);
  for (const auto& [name, statistics] : settings.fields) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    refuse(child(place, name), "no field has this name" + suggestion(name, names));
  }
  if (settings.kind != NormalisationKind::given) return;
  for (const std::string& name : names) {
    if (settings.fields.count(name) == 1) continue;
    refuse(child(place, name),
           R"(is missing; the kind "given" expects {"mean": …, "deviation": …} for each field)");
  }
}

/// Models that know of a grid give all fields on the same one.
void check_grid(const std::vector<Field>& fields, const std::string& kind) {
  const auto& grid = fields.front().shape;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string place = item("/simulation/fields", i) + "/shape";
    if (fields[i].shape.size() > 3) {
      refuse(place, "has " + std::to_string(fields[i].shape.size()) + " axes; the model \"" + kind +
                        "\" takes one to three; use \"mlp\"");
    }
    if (fields[i].shape != grid) {
      refuse(place, "is not that of the first field; the model \"" + kind +
                        "\" takes fields of one shape; use \"mlp\"");
    }
  }
}

bool is_users(ModelKind kind) {
  return kind == ModelKind::torchscript || kind == ModelKind::plugin;
}

void check_model(const Study& study) {
  const ModelSettings& model = study.training.model;
  if (model.kind == ModelKind::mlp || is_users(model.kind)) return;
  check_grid(study.simulation.fields, std::string(name_of(model.kind)));
  const auto& grid = study.simulation.fields.front().shape;
  const std::size_t least = *std::min_element(grid.begin(), grid.end());
  const bool has_levels = model.kind == ModelKind::decoder || model.kind == ModelKind::unet ||
                          model.kind == ModelKind::autoencoder;
  if (has_levels &&
      (model.channels.size() > 32 || std::size_t{1} << (model.channels.size() - 1) > least)) {
    refuse("/training/model/channels",
           "has " + std::to_string(model.channels.size()) + " levels; a grid with " +
               std::to_string(least) +
               " points along an axis can be halved until one is left, and needs one level");
  }
  if (model.kind == ModelKind::fno && 2 * model.modes > least) {
    refuse("/training/model/modes", "is " + std::to_string(model.modes) +
                                        ", more than half of the " + std::to_string(least) +
                                        " points along an axis of the fields");
  }
}

void check_optimisation(const Study& study) {
  const TrainingSettings& training = study.training;
  if (training.schedule.minimum > training.optimizer.learning_rate) {
    refuse("/training/schedule/minimum", "is " + shown(training.schedule.minimum) +
                                             ", more than /training/optimizer/learning_rate, " +
                                             shown(training.optimizer.learning_rate) +
                                             "; the rate would have to rise");
  }
  if (!study.validation.dataset.empty()) return;
  const std::string needs = "needs validations; give /validation/dataset";
  if (training.schedule.kind == ScheduleKind::plateau) {
    refuse("/training/schedule/kind", "is \"plateau\", which " + needs);
  }
  if (training.stop.validation_loss) {
    refuse("/training/stop/validation_loss",
           "is " + shown(*training.stop.validation_loss) + ", which " + needs);
  }
}

void check_transport(const TransportSettings& transport) {
  const std::string interface = "/server/transport/interface";
  if (transport.kind == TransportKind::tcp) {
    if (transport.interface.empty()) {
      refuse(interface,
             "is missing; \"tcp\" expects the name (eth0) or an address of the network interface "
             "that solvers reach (`ip -brief address` lists them)");
    }
    return;
  }
  if (!transport.interface.empty()) {
    refuse(interface,
           "is given, but only \"tcp\" listens at one; set /server/transport/kind to "
           "\"tcp\" or leave it out");
  }
  if (transport.security == Security::none) {
    refuse("/server/transport/security",
           "is \"none\", but \"ipc\" is as private as the study directory; leave it out");
  }
}

void refuse_given(const std::string& value, const std::string& place, const std::string& why) {
  if (!value.empty()) refuse(place, "is given, but " + why + "; leave it out");
}

/// What the scheduler has no place for.
void check_resources(const JobResources& resources, const std::string& place, SchedulerKind kind) {
  if (kind == SchedulerKind::slurm_steps) {
    const std::string why = "steps run in the allocation that weir was started in";
    refuse_given(resources.partition, place + "/partition", why);
    refuse_given(resources.account, place + "/account", why);
    refuse_given(resources.qos, place + "/qos", why);
    refuse_given(resources.reservation, place + "/reservation", why);
  }
  if (kind != SchedulerKind::oar) return;
  refuse_given(resources.qos, place + "/qos", "OAR has none");
  if (resources.memory_mib > 0) {
    refuse(place + "/memory_mib",
           "is given, but OAR asks for memory by a property of its nodes; name it in " + place +
               "/constraint, such as \"memnode >= 64\"");
  }
}

/// What the scheduler cannot do.
void check_launcher(const Study& study) {
  const LauncherSettings& launcher = study.launcher;
  const auto kind = launcher.scheduler;
  using enum SchedulerKind;
  const std::string named = shown(std::string(name_of(kind)));
  const bool pool = kind == slurm_pool || kind == local_pool;
  if (launcher.start == StartOrder::clients_first && !pool && kind != slurm_steps) {
    refuse("/launcher/start", "is \"clients-first\", but with the scheduler " + named +
                                  " clients are submitted when the server asks for them; use "
                                  "\"slurm-pool\", or leave it out");
  }
  const double limit = launcher.clients.time_limit;
  if (pool && limit > 0 && study.simulation.time_limit > limit) {
    refuse("/simulation/time_limit", "is " + shown(study.simulation.time_limit) +
                                         " s, more than a pilot may run "
                                         "(/launcher/clients/time_limit, " +
                                         shown(limit) + " s); no simulation would ever start");
  }
  check_resources(launcher.server, "/launcher/server", kind);
  check_resources(launcher.clients, "/launcher/clients", kind);
}

void check_trackers(const MlflowSettings& mlflow) {
  if (mlflow.enabled) {
    if (mlflow.experiment.size() > 500)
      refuse("/trackers/mlflow/experiment", "has " + std::to_string(mlflow.experiment.size()) +
                                                " characters; MLflow takes 500 at most");
    return;
  }
  const std::string why =
      "/trackers/mlflow/enabled is false, so it has no meaning; set that to "
      "true";
  if (!mlflow.folder.empty()) refuse("/trackers/mlflow/folder", "is given, but " + why);
  if (!mlflow.experiment.empty()) refuse("/trackers/mlflow/experiment", "is given, but " + why);
}

}  // namespace

void check_study(const Study& study) {
  check_parameters(study.parameters);
  check_simulation(study);
  check_templates(study);
  check_launch(study, study.server.launch, study.server.ranks, "/server");
  check_sampling(study.sampling);
  check_adaptive(study);
  check_source(study);
  check_sizes(study);
  check_buffer(study);
  check_model(study);
  check_normalisation(study);
  check_optimisation(study);
  check_training(study);
  check_samples(study);
  check_user_code(study);
  check_transport(study.server.transport);
  check_launcher(study);
  check_trackers(study.trackers.mlflow);
}

}  // namespace weir
