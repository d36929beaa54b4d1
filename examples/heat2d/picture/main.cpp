// heat2d_picture: the main numbers of a study that has ended, and solver and surrogate side by
// side, for the best, the median and the worst simulation of the validation data set.

#include <cstdio>
#include <exception>
#include <filesystem>

#include <CLI/CLI.hpp>

#include "examples/heat2d/picture/comparison.h"
#include "examples/heat2d/picture/numbers.h"
#include "examples/heat2d/picture/page.h"
#include "src/core/error.h"
#include "src/core/file_system.h"
#include "src/core/study_directory.h"
#include "src/study/parse.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path study_directory, output;
};

void run(Options options) {
  const weir::StudyDirectory directory{options.study_directory};
  const auto study = weir::load_study(directory.study());
  if (study.validation.dataset.empty())
    throw weir::Error(weir::ErrorKind::input,
                      "the study has no /validation/dataset to compare with");
  const auto sorted = heat2d::compare_last_steps(study, directory.model() / "model.pt");
  const auto page = heat2d::draw_page(
      study,
      {{"best", sorted.front()}, {"median", sorted[sorted.size() / 2]}, {"worst", sorted.back()}});
  if (options.output.empty()) options.output = directory.root / "prediction.png";
  page.write_png(options.output);
  const auto percent = [&](std::size_t k) { return 100 * sorted[k].relative_l2; };
  std::fputs(heat2d::main_numbers(weir::posix_file_system().read(directory.summary())).c_str(),
             stdout);
  std::printf(
      "last step:   relative L2 best %.3g %%, median %.3g %%, worst %.3g %% of %zu unseen "
      "simulations\n",
      percent(0), percent(sorted.size() / 2), percent(sorted.size() - 1), sorted.size());
  std::printf("picture:     %s\n", options.output.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Prints the main numbers of a study that has ended and compares its surrogate with the "
      "solver in a picture.",
      "heat2d_picture");
  Options options;
  app.add_option("D", options.study_directory, "the study directory that `weir run` made")
      ->required();
  app.add_option("--output", options.output, "PNG file to be made (default: D/prediction.png)");
  try {
    app.parse(argc, argv);
    run(options);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(weir::ErrorKind::input);
  } catch (const weir::Error& error) {
    std::fprintf(stderr, "heat2d_picture: %s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heat2d_picture: unexpected: %s; please report it\n", error.what());
    return static_cast<int>(weir::ErrorKind::study);
  }
}
