// weir-bench SUITE: runs a suite of benchmarks and prints its figures as JSON lines.

#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

#include "src/core/error.h"
#include "src/core/freed_memory.h"
#include "tests/bench/suite.h"

int main(int argc, char** argv) {
  using namespace weir::bench;
  weir::keep_freed_memory();  // as weir-server, and for the references as well
  CLI::App app(
      "Benchmarks of weir: a JSON line a case, {suite, case, value, unit, reference, ratio}",
      "weir-bench");
  app.require_subcommand(1);
  Options options;
  for (const Suite& suite : suites()) {
    auto* command = app.add_subcommand(suite.name, suite.purpose);
    command->add_flag("--quick", options.quick, "small and short, to see that the suite works");
    command->add_option("--case", options.only, "only the cases whose names contain this");
    if (suite.takes_python)
      command->add_option("--python", options.python,
                          "interpreter that has torch (for the suite study numpy and pyzmq as "
                          "well), for the cases that compare with it (default: those are skipped)");
    if (suite.takes_device)
      command->add_option("--device", options.device, "that trains: cpu, or cuda")
          ->check(CLI::IsMember({"cpu", "cuda"}))
          ->capture_default_str();
    command->callback([&suite, &options] {
      Reporter reporter(std::cout, suite.name);
      suite.run(reporter, options);
    });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const weir::Error& error) {
    std::cerr << "weir-bench: " << error.what() << "\n";
    return error.exit_code();
  } catch (const std::exception& error) {
    std::cerr << "weir-bench: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
