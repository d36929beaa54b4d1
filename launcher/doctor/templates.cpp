// The templates that simulations' input files are made of.

#include "launcher/run/templates.h"

#include "launcher/doctor/case.h"
#include "src/study/nearest.h"
#include "src/study/placeholder_names.h"

namespace weir {
namespace {

/// Shorter words are near to anything.
constexpr std::size_t shortest_misspelt = 3;

std::vector<std::string> known_names(const Study& study) {
  std::vector<std::string> names(reserved_placeholders.begin(), reserved_placeholders.end());
  for (const auto& parameter : study.parameters) names.push_back(parameter.name);
  return names;
}

const std::string key = "simulation.templates";

/// Most braces are the solver's own; one that is nearly a parameter is a slip.
Finding check_text(const std::string& name, const std::string& path, const std::string& text,
                   const Study& study) {
  const auto known = known_names(study);
  for (const auto& word : placeholder_names(text)) {
    const auto near = nearest(word, known);
    if (word.size() < shortest_misspelt || !near || *near == word) continue;
    return warning(key, quoted(path) + " has {" + word +
                            "}, which is no parameter and stays as it is; did you mean {" + *near +
                            "}?");
  }
  return ok(key, quoted(name) + " from " + path);
}

/// Of a study that was started already its copy counts.
Finding check_template(const std::string& name, const std::string& path, const Case& subject) {
  const auto& output = subject.at.output;
  const auto copy = output.empty() ? "" : kept_templates({output}) / name;
  const auto text = subject.machine().text_of(path), kept = subject.machine().text_of(copy);
  if (!text && !kept)
    return wrong_study(key, "the template of " + quoted(name) + ", " + quoted(path) +
                                ", cannot be read; correct " + key);
  if (kept && text && *kept != *text)
    return warning(key, quoted(path) + " is not what the study was started with; it goes on with " +
                            copy.string());
  return kept ? check_text(name, copy.string(), *kept, subject.study)
              : check_text(name, path, *text, subject.study);
}

}  // namespace

void examine_templates(const Case& subject, Findings& findings) {
  if (!subject.runs_simulations()) return;
  for (const auto& [name, path] : subject.study.simulation.templates)
    findings.push_back(check_template(name, path, subject));
}

}  // namespace weir
