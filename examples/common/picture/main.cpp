// example_picture: the main numbers of a study that has ended, and solver and surrogate side by
// side, for the best, the median and the worst simulation of the validation data set: a page a
// field. Of an autoregressive surrogate also the median simulation over time.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "examples/common/picture/comparison.h"
#include "examples/common/picture/numbers.h"
#include "examples/common/picture/page.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/parse.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path study_directory, output;
};

/// A page a field, which the file's name says unless there is only one.
std::vector<fs::path> draw(const weir::Study& study, const std::vector<picture::Column>& columns,
                           const fs::path& folder, const std::string& name) {
  std::vector<fs::path> pages;
  for (const auto& field : study.simulation.fields) {
    const bool only = study.simulation.fields.size() == 1;
    const auto page = draw_page(study, pages.size(), columns);
    pages.push_back(folder / (name + (only ? "" : "." + field.name) + ".png"));
    page.write_png(pages.back());
  }
  return pages;
}

std::vector<picture::Column> extremes(const std::vector<picture::Comparison>& sorted) {
  return {
      {"best", sorted.front()}, {"median", sorted[sorted.size() / 2]}, {"worst", sorted.back()}};
}

/// How a surrogate that goes on from its own predictions keeps to the solver.
std::vector<picture::Column> over_time(const weir::Study& study, const fs::path& model,
                                       std::size_t simulation) {
  const std::size_t last = study.simulation.steps - 1, lead = study.training.samples.lead;
  std::set<std::size_t> steps;
  for (const std::size_t quarter : {1, 2, 3, 4}) steps.insert(std::max(lead, last * quarter / 4));
  std::vector<picture::Column> columns;
  for (auto& one : picture::compare_steps(study, model, simulation, {steps.begin(), steps.end()}))
    columns.push_back({"step " + std::to_string(one.step), std::move(one)});
  return columns;
}

/// Relative L2 of one field, sorted.
std::vector<double> errors_of(const std::vector<picture::Comparison>& all, std::size_t field) {
  std::vector<double> errors;
  for (const auto& one : all) errors.push_back(one.fields[field].relative_l2);
  std::sort(errors.begin(), errors.end());
  return errors;
}

void print_errors(const std::string& field, const std::vector<double>& errors) {
  std::printf(
      "last step:   %s: relative L2 best %.3g %%, median %.3g %%, worst %.3g %% of %zu unseen "
      "simulations\n",
      field.c_str(), 100 * errors.front(), 100 * errors[errors.size() / 2], 100 * errors.back(),
      errors.size());
}

void run(const Options& options) {
  const weir::StudyDirectory directory{options.study_directory};
  const auto study = weir::load_study(directory.study());
  if (study.validation.dataset.empty())
    throw weir::Error(weir::ErrorKind::input,
                      "the study has no /validation/dataset to compare with");
  const auto model = directory.model() / "model.pt";
  const auto folder = options.output.empty() ? directory.root : options.output;
  const auto sorted = picture::compare_last_steps(study, model);
  auto pages = draw(study, extremes(sorted), folder, "prediction");
  if (study.training.samples.kind == weir::SampleKind::autoregressive) {
    const auto median = sorted[sorted.size() / 2].simulation;
    const auto more = draw(study, over_time(study, model, median), folder, "rollout");
    pages.insert(pages.end(), more.begin(), more.end());
  }
  std::fputs(picture::main_numbers(weir::posix_file_system().read(directory.summary())).c_str(),
             stdout);
  for (std::size_t k = 0; k < study.simulation.fields.size(); ++k)
    print_errors(study.simulation.fields[k].name, errors_of(sorted, k));
  for (const auto& page : pages) std::printf("picture:     %s\n", page.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Prints the main numbers of a study that has ended and compares its surrogate with the "
      "solver in a picture.",
      "example_picture");
  Options options;
  app.add_option("D", options.study_directory, "the study directory that `weir run` made")
      ->required();
  app.add_option("--output", options.output, "folder for the pictures (default: D)");
  try {
    app.parse(argc, argv);
    run(options);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(weir::ErrorKind::input);
  } catch (const weir::Error& error) {
    std::fprintf(stderr, "example_picture: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "example_picture: unexpected: %s; please report it\n", error.what());
    return static_cast<int>(weir::ErrorKind::study);
  }
}
