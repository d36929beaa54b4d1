// The templates that simulations' input files are made of.

#include "launcher/doctor/case.h"
#include "launcher/run/jobs.h"
#include "src/study/nearest.h"

namespace weir {
namespace {

/// Shorter words are near to anything.
constexpr std::size_t shortest_misspelt = 3;

std::vector<std::string> known_names(const Study& study) {
  std::vector<std::string> names = {"sim", "attempt", "study_dir"};
  for (const auto& parameter : study.parameters) names.push_back(parameter.name);
  return names;
}

/// Most braces are the solver's own; one that is nearly a parameter is a slip.
Finding check_template(const std::string& name, const std::filesystem::path& path,
                       const Case& subject) {
  const std::string key = "simulation.templates";
  const auto text = subject.machine().text_of(path);
  if (!text)
    return wrong_study(key, "the template of " + quoted(name) + ", " + quoted(path.string()) +
                                ", cannot be read; correct " + key);
  const auto known = known_names(subject.study);
  for (const auto& word : placeholder_names(*text)) {
    const auto near = nearest(word, known);
    if (word.size() < shortest_misspelt || !near || *near == word) continue;
    return warning(key, quoted(path.string()) + " has {" + word +
                            "}, which is no parameter and stays as it is; did you mean {" + *near +
                            "}?");
  }
  return ok(key, quoted(name) + " from " + path.string());
}

}  // namespace

void examine_templates(const Case& subject, Findings& findings) {
  if (!subject.runs_simulations()) return;
  for (const auto& [name, path] : subject.study.simulation.templates)
    findings.push_back(check_template(name, path, subject));
}

}  // namespace weir
