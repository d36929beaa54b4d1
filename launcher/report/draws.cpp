// The bias picture: what was drawn when, against when it came.

#include <cmath>

#include "launcher/plot/picture.h"
#include "launcher/plot/text.h"
#include "launcher/report/curves.h"

namespace weir {
namespace {

std::string density(const std::string& title, const DrawRecord& record, const std::string& label,
                    double Draw::*member, plot::Range range, const std::string& caption) {
  plot::Density figure;
  figure.about = title;
  figure.x = {.label = "samples drawn before",
              .range = plot::Range{0, std::max(record.drawn, 1.0)}};
  figure.y = {.label = label, .range = range};
  for (const auto& draw : record.draws) figure.points.push_back({draw.number, draw.*member});
  return html::figure(title, plot::svg(figure), caption);
}

double largest(const DrawRecord& record, double Draw::*member) {
  double most = 0;
  for (const auto& draw : record.draws) most = std::max(most, draw.*member);
  return most;
}

/// Whole numbers from 0 have a cell each.
plot::Range whole(double most) { return {0, most + 1}; }

}  // namespace

std::string draws_section(const StudyRecord& record) {
  const auto& draws = record.draws.value;
  std::string body = html::missing(record.draws.problem);
  if (record.draws.problem.empty() && draws.draws.empty())
    body = html::missing("Nothing has been drawn yet");
  if (!draws.draws.empty()) {
    std::vector<std::string> figures;
    if (draws.arrived > 0)
      figures.push_back(
          density("Arrival against draw", draws, "samples that came before", &Draw::arrival,
                  {0, draws.arrived},
                  "The edge above is what had come by then; an even colour below it is "
                  "a draw without bias."));
    figures.push_back(density("Time steps drawn", draws, "time step", &Draw::step,
                              whole(largest(draws, &Draw::step)), ""));
    figures.push_back(density("Simulations drawn", draws, "simulation", &Draw::sim,
                              whole(largest(draws, &Draw::sim)), ""));
    body = html::figures(figures);
    if (draws.arrived == 0)
      body += html::missing(
          "The lineage says what was drawn, not when it came; \"reproducible\": "
          "true keeps the arrivals as well");
  }
  return html::section(
      "draws", "Arrival and draw",
      "What rank 0 trained on, from left to right. Batches that hold only what came "
      "last, a diagonal, are the bias that a buffer is there to break.",
      body);
}

}  // namespace weir
