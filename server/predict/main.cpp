// weir-predict, which `weir predict` runs: an exported model applied from the shell.

#include <weir/version.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "server/predict/prediction.h"
#include "server/predict/step_list.h"
#include "src/core/error.h"

namespace {

using namespace weir;

constexpr const char* description =
    "Predicts with a trained model, from the shell, into an HDF5 data set of the form that `weir "
    "generate` makes.\n"
    "  weir predict D --parameters a=1.5 b=300 --to p.h5      one simulation, all steps\n"
    "  weir predict D --parameters list.csv --to p.h5         one for each line of a CSV file with "
    "a header line\n"
    "  weir predict D --from validation.h5 --to p.h5          the simulations of a data set, to "
    "compare with\n"
    "A model of autoregressive samples goes on from the first steps of each simulation in --from, "
    "step after step.";
constexpr const char* exit_codes =
    "Outside the bounds that it was trained on a model extrapolates: a warning says so.\n"
    "Exit codes: 0 done; 2 the input is wrong; 3 the environment is (no room, not writable).";

struct Options {
  std::filesystem::path model, to;
  std::vector<std::string> parameters;
  std::string from, steps, times;
};

void warn(const std::string& text) {
  std::fprintf(stderr, "weir predict: warning: %s\n", text.c_str());
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("MODEL", options.model,
                 "a study directory, its model/, or a model.pt beside its card.json")
      ->required();
  app.add_option("--parameters", options.parameters,
                 "NAME=VALUE for every simulation, and a CSV file whose header line has names: a "
                 "simulation a line");
  app.add_option(
      "--from", options.from,
      "FILE.h5 or FILE.h5:SIMULATION: parameters, and what an autoregressive model goes on from; "
      "NAME=VALUE replaces a parameter");
  const auto steps =
      app.add_option("--steps", options.steps,
                     "some steps, such as 0,10,20:40 or 0:100:10 (default: those of the study)");
  app.add_option("--times", options.times, "instead: physical times, ascending, such as 0.1,0.25")
      ->excludes(steps);
  app.add_option("--to", options.to, "HDF5 file to be made; it appears when it is complete")
      ->required();
}

[[noreturn]] void refuse(const std::string& text) { throw Error(ErrorKind::input, text); }

PredictedSteps steps_of(const ExportedModel& model, const Options& options) {
  PredictedSteps chosen;
  chosen.all = options.steps.empty() && options.times.empty();
  if (!options.times.empty()) {
    if (model.lead > 0)
      refuse("--times: an autoregressive model goes from step to step; give --steps");
    chosen.times = parse_times(options.times);
    return chosen;
  }
  const std::size_t steps = model.study.simulation.steps;
  chosen.steps =
      chosen.all ? parse_steps("0:" + std::to_string(steps - 1)) : parse_steps(options.steps);
  const auto& axis = model.study.simulation.time;
  for (const auto step : chosen.steps)
    chosen.times.push_back(axis.first + static_cast<double>(step) * axis.step);
  return chosen;
}

void warn_of_times(const Study& study, const PredictedSteps& steps) {
  const auto& axis = study.simulation.time;
  const double last = axis.first + static_cast<double>(study.simulation.steps - 1) * axis.step;
  const auto [from, to] = std::minmax(axis.first, last);
  const double slack = 1e-9 * (to - from);
  for (const double time : {steps.times.front(), steps.times.back()}) {
    if (time >= from - slack && time <= to + slack) continue;
    char text[160];
    std::snprintf(text, sizeof text,
                  "time %g is outside %g to %g, on which the model was trained: it extrapolates",
                  time, from, to);
    return warn(text);
  }
}

void run(const Options& options) {
  const auto model = find_exported_model(posix_file_system(), options.model);
  std::optional<DataSource> source;
  if (!options.from.empty()) source = parse_source(options.from);
  if (model.lead > 0 && !source)
    refuse(
        "the model is autoregressive: it goes on from a state; give --from DATA.h5, a data set of "
        "its study");
  const auto steps = steps_of(model, options);
  const auto table = make_table(model.study, options.parameters, source);
  for (const auto& warning : bound_warnings(model.study, table)) warn(warning);
  warn_of_times(model.study, steps);
  if (model.study.simulation.time.sent && !source && options.times.empty())
    warn(
        "the solver said each step's time, and these are taken at even distances; give --times, or "
        "a data set with --from");
  predict(model, table, steps, source, options.to, warn);
  std::printf("weir predict: %zu simulation%s of %zu step%s in %s\n", table.rows.size(),
              table.rows.size() == 1 ? "" : "s", steps.times.size(),
              steps.times.size() == 1 ? "" : "s", options.to.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(description, "weir predict");
  app.footer(exit_codes);
  app.set_version_flag("--version", WEIR_VERSION);
  Options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
    run(options);
    return 0;
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "weir predict: %s; weir predict --help says what there is\n",
                 error.what());
    return static_cast<int>(ErrorKind::input);
  } catch (const Error& error) {
    std::fprintf(stderr, "weir predict: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir predict: unexpected: %s; please report it\n", error.what());
    return static_cast<int>(ErrorKind::study);
  }
}
