// One rank of the training server as a program: its options, its signals, MPI.

#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <mpi.h>

#include "server/collective/collective.h"
#include "server/server.h"
#include "src/core/error.h"
#include "src/core/freed_memory.h"
#include "weir/server/run.h"

namespace weir {
namespace {

bool has_successor = false;

ServerOptions parse_options(CLI::App& app, int argc, char** argv) {
  ServerOptions options;
  app.description(
      "Trains a surrogate on what the simulations of a study send. Usually started by `weir run`; "
      "by hand:\n"
      "  mpirun -n R weir-server STUDY.json --output D\n"
      "then start clients with WEIR_STUDY_DIR=D and WEIR_SIM=0, 1, …\n"
      "It writes checkpoints (D/checkpoints); SIGTERM makes it take a last one and stop. After "
      "that, "
      "and after a crash, --resume goes on. SIGUSR1 makes it take a last one and make room for its "
      "successor, for which its clients wait.\n"
      "Exit codes: 0 done, 1 the study failed, 2 the input is wrong, 3 the environment is, 130 "
      "stopped on request;\n"
      "4: a rank cannot go on, its log says why, and --resume may; 5: it has made room.");
  app.add_option("study", options.study_file, "the study file")->required();
  app.add_option("--output", options.output, "study directory (default: ./<name of the study>)");
  app.add_option("--record", options.record,
                 "write the ensemble into this HDF5 data set instead of training");
  app.add_flag("--resume", options.resume,
               "go on from the newest whole checkpoint in the study directory");
  app.add_option("--plugin", options.plugins,
                 "a shared library that brings models, losses, transforms, loops or strategies; "
                 "again for another one")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_flag("--successor", has_successor,
               "SIGTERM means as SIGUSR1: whoever ends this server starts another one");
  const auto data =
      app.add_option("--data", options.data, "with --replay: the study's data set (weir generate)");
  app.add_option(
         "--replay", options.replay,
         "repeat the training that a \"reproducible\" study recorded in this directory, from "
         "--data into --output (default: replay/ in it)")
      ->needs(data);
  app.parse(argc, argv);
  return options;
}

std::atomic<bool> terminate{false}, relieve{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void ask_to_terminate(int) { terminate = true; }
void ask_for_relief(int) { relieve = true; }

int run(const ServerOptions& options) {
  const auto collective = make_mpi_collective();
  const auto report = [&](const std::string& text) {
    std::fprintf(stderr, "weir-server: rank %zu: %s\n", collective->rank(), text.c_str());
  };
  int code = RankFailure::exit_code;
  try {
    return run_server(options, *collective, report);
  } catch (const Error& error) {
    report(error.what());
    code = error.exit_code();
  } catch (const std::exception& error) {
    report(error.what());
  } catch (...) {
    report("something was thrown that is no std::exception");
  }
  if (collective->ranks() > 1) MPI_Abort(MPI_COMM_WORLD, code);
  return code;
}

}  // namespace

int run_server(int argc, char** argv, const Registry& registry) {
  CLI::App app("", std::filesystem::path(argv[0]).filename().string());
  ServerOptions options;
  try {
    options = parse_options(app, argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ErrorKind::input);
  }
  options.registry = registry;
  keep_freed_memory();
  // The trainer's thread, this one, is the only one to call MPI.
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  options.terminate = &terminate;
  options.relieve = &relieve;
  std::signal(SIGTERM, has_successor ? ask_for_relief : ask_to_terminate);
  std::signal(SIGUSR1, ask_for_relief);
  const int code = run(options);
  MPI_Finalize();
  return code;
}

}  // namespace weir
