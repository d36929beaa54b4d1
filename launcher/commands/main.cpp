// weir: check, run, watch and end studies.

#include <weir/version.h>

#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

#include "launcher/commands/commands.h"
#include "src/core/error.h"

namespace {

using namespace weir;

constexpr int wrong_usage = static_cast<int>(ErrorKind::input);

constexpr const char* description =
    "weir trains a neural surrogate of a solver while the solver runs. A study, one JSON file, "
    "names the\n"
    "solver, its parameters, the buffer and the training; docs/study.md is its reference.";
constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 the study failed; 2 the input is wrong (usage, study file); 3 the "
    "environment is\n"
    "(a missing tool, no room); 130 interrupted or stopped.";

/// What the command line asked for; `command` runs it.
struct Request {
  std::filesystem::path study, folder, output, to, data;
  std::optional<std::size_t> ranks;
  PlanOptions plan;
  std::vector<std::filesystem::path> folders;
  std::string listen;
  bool json = false, resume = false, lineage = false, http = false;
  std::function<int()> command;
};

CLI::App* add(CLI::App& app, const char* name, const char* text, Request& request,
              std::function<int()> command) {
  auto* sub = app.add_subcommand(name, text);
  sub->callback([&request, command = std::move(command)] { request.command = command; });
  return sub;
}

void add_study(CLI::App& command, Request& request) {
  command.add_option("STUDY.json", request.study, "the study file")->required();
}

void add_folder(CLI::App& command, Request& request) {
  command.add_option("D", request.folder, "the study directory that `weir run` made")->required();
}

void add_file_commands(CLI::App& app, Request& request) {
  auto* check = add(app, "check",
                    "Validate the study file and the place: programs, MPI, batch system and its "
                    "limits, network,\n"
                    "memory, cores, disk, data sets, clock, permissions. Prints a line each: ok, "
                    "warning or error\n"
                    "with its fix. Nothing is started.",
                    request, [&] { return check_command(request.study, request.output); });
  add_study(*check, request);
  check->add_option("--output", request.output,
                    "the study directory that is meant (default: ./<name of the study>)");

  auto* run = add(
      app, "run",
      "Start the server and the simulations it asks for, and wait for the trained model.\n"
      "Ctrl-C ends the study in order, what was trained is saved; a second Ctrl-C ends it at once.",
      request, [&] {
        return run_command({.study = request.study,
                            .output = request.output,
                            .ranks = request.ranks,
                            .resume = request.resume});
      });
  add_study(*run, request);
  run->add_option("--output", request.output,
                  "study directory to be made; new or empty (default: ./<name of the study>)");
  run->add_option("--ranks", request.ranks, "server ranks (default: as the study says)")
      ->check(CLI::Range(1, 65536));
  run->add_flag(
      "--resume", request.resume,
      "go on with the study in --output, whose launcher died or which was stopped; how it is "
      "run may have changed in STUDY.json");

  auto* generate =
      add(app, "generate",
          "Run the ensemble and write its samples into an HDF5 data set, for validation or for\n"
          "training from a data set. Nothing is trained.",
          request, [&] {
            return generate_command(
                {.study = request.study, .to = request.to, .output = request.output});
          });
  add_study(*generate, request);
  generate->add_option("--to", request.to, "HDF5 file to be made; it appears when it is complete")
      ->required();
  generate->add_option(
      "--output", request.output,
      "study directory to be made and kept (default: a temporary one, removed on success)");
}

void add_plan(CLI::App& app, Request& request) {
  auto* plan =
      add(app, "plan",
          "Expect on paper: time, ingest, repeats, idle shares, memory, costs and the "
          "resource that bounds\n"
          "the study, by a model of it (docs/scaling.md). Nothing is started, and no "
          "batch system is asked.",
          request, [&] { return plan_command(request.study, request.plan, request.json); });
  add_study(*plan, request);
  const auto number = [&](const char* name, std::optional<double>& value, const char* text) {
    return plan->add_option(name, value, text);
  };
  auto& options = request.plan;
  number("--step-seconds", options.step_seconds,
         "time of a solver from one step that is sent to the next (default: the training's pace)")
      ->check(CLI::PositiveNumber);
  number("--start-seconds", options.start_seconds,
         "time from a job's start to its solver's first step (default: assumed)")
      ->check(CLI::NonNegativeNumber);
  number("--queue-seconds", options.queue_seconds,
         "time that each job waits in a queue (default: 0)")
      ->check(CLI::NonNegativeNumber);
  number("--train-seconds", options.train_seconds,
         "time of a training step of one rank (default: estimated from the weights)")
      ->check(CLI::PositiveNumber);
  number("--link-rate", options.link_rate,
         "bytes per second between solvers and server, in all (default: assumed of tcp)")
      ->check(CLI::PositiveNumber);
  number("--ingest-rate", options.ingest_rate,
         "bytes per second that a server rank takes (default: measured)")
      ->check(CLI::PositiveNumber);
  plan->add_option("--clients", options.clients,
                   "simulations at a time (default: as the study says)")
      ->check(CLI::Range(1, 1000000));
  plan->add_option("--ranks", options.ranks, "server ranks (default: as the study says)")
      ->check(CLI::Range(1, 65536));
  plan->add_option("--machine", options.machine,
                   "what a rank trains on: laptop (measured), a100, gh200 (assumed) (default: "
                   "a100 where the study asks for GPUs, else laptop)");
  plan->add_flag("--json", request.json, "as JSON");
}

void add_folder_commands(CLI::App& app, Request& request) {
  auto* status =
      add(app, "status", "One look at a study: its progress while it runs, its summary afterwards.",
          request, [&] { return status_command(request.folder, request.json); });
  add_folder(*status, request);
  status->add_flag("--json", request.json,
                   "as JSON: run/status.json with \"stale\", or summary.json");

  auto* watch = add(
      app, "watch",
      "Show a study as it goes on, until it ends: live in a terminal (NO_COLOR is heeded), a line\n"
      "now and then elsewhere. With --http its report as well, as a page that replaces itself; of\n"
      "several directories a comparison. Works on any machine that sees D. Ctrl-C leaves the study "
      "alone.",
      request, [&] {
        return watch_command(
            {.folders = request.folders, .http = request.http, .listen = request.listen});
      });
  watch->add_option("D", request.folders, "study directories that `weir run` made")->required();
  watch->add_flag("--http", request.http,
                  "serve the report to a browser of this machine, and go on after the study's end; "
                  "prints the secret address");
  watch->add_option("--listen", request.listen,
                    "ADDRESS:PORT for --http; an address other machines reach is plain HTTP there "
                    "(default: 127.0.0.1, a free port)");

  add_folder(
      *add(
          app, "stop",
          "Ask a running study to end in order: simulations are ended, what was trained is saved.\n"
          "Returns when the server has agreed; nothing running is no error.",
          request, [&] { return stop_command(request.folder); }),
      request);
  auto* ledger = add(
      app, "ledger",
      "Print the accepted samples, \"sim step\" a line, sorted: by the ledgers of the study's\n"
      "end, or of its newest checkpoint before that.",
      request, [&] {
        return request.lineage ? lineage_command(request.folder) : ledger_command(request.folder);
      });
  add_folder(*ledger, request);
  ledger->add_flag("--lineage", request.lineage,
                   "instead: which batch trained on what, \"batch sim step\" a line; exit code 1 "
                   "when that does not agree with the ledgers");

  auto* report = add(
      app, "report",
      "Write what a study directory tells into one HTML file: losses, throughput, buffer, errors,\n"
      "pictures, jobs. Of several directories a comparison. `weir run` makes D/report.html at its "
      "end;\na study that runs, or has failed, can be reported as well.",
      request, [&] { return report_command({.folders = request.folders, .to = request.to}); });
  report->add_option("D", request.folders, "study directories that `weir run` made")->required();
  report->add_option("--to", request.to,
                     "HTML file to be written (default: report.html in D, of one directory)");

  auto* replay = add(
      app, "replay",
      "Repeat the training of a study that ran with \"reproducible\": true: the same batches in "
      "the\n"
      "same order, on a CPU the same weights to the bit. Exit code 1 when they differ.",
      request, [&] {
        return replay_command({.folder = request.folder, .data = request.data, .to = request.to});
      });
  add_folder(*replay, request);
  replay->add_option(
      "--data", request.data,
      "the study's data set, made by weir generate (default: the ensemble is run again)");
  replay->add_option("--to", request.to, "folder of the results (default: replay/ in D)");
}

void add_predict(CLI::App& app) {
  app.add_subcommand(
      "predict",
      "Predict with a trained model into an HDF5 data set; weir predict --help says more.");
}

bool is_command(const CLI::App& app, const std::string& name) {
  const auto commands =
      app.get_subcommands([&](const CLI::App* one) { return one->get_name() == name; });
  return !commands.empty();
}

int refuse(const std::string& what) {
  std::cerr << "weir: " << what << "; weir --help says what there is\n";
  return wrong_usage;
}

/// The exit code when the command line itself settles the matter: help, version, wrong usage.
std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  // CLI11 alone would only say that some command is required.
  if (argc > 1 && argv[1][0] != '-' && !is_command(app, argv[1]))
    return refuse(std::string("there is no command '") + argv[1] + "'");
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return refuse(error.what());
  }
}

int run(const Request& request) {
  try {
    return request.command();
  } catch (const Error& error) {
    std::cerr << "weir: " << error.what() << '\n';
    return error.exit_code();
  } catch (const std::exception& error) {
    std::cerr << "weir: unexpected: " << error.what() << "; please report it\n";
    return static_cast<int>(ErrorKind::study);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  if (argc > 1 &&
      std::string_view(argv[1]) == "predict") {  // its options are weir-predict's business
    request.command = [&] { return predict_command(argv + 1); };
    return run(request);
  }
  CLI::App app(description, "weir");
  app.footer(exit_codes);
  app.set_version_flag("--version", WEIR_VERSION);
  app.require_subcommand(1);
  add_file_commands(app, request);
  add_plan(app, request);
  add_folder_commands(app, request);
  add_predict(app);
  if (const auto code = parse(app, argc, argv)) return *code;
  return run(request);
}
