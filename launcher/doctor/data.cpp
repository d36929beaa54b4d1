// The files that a study reads.

#include "launcher/doctor/case.h"

namespace weir {
namespace {

Finding check_data_set(const std::string& key, const std::filesystem::path& path,
                       const Machine& machine) {
  if (!machine.is_file(path))
    return wrong_study(key, "there is no data set " + quoted(path.string()) +
                                "; make it with `weir generate`, or correct " + key);
  if (!machine.is_hdf5(path))
    return wrong_study(key, quoted(path.string()) + " is not an HDF5 file; correct " + key);
  return ok(key, path.string());
}

Finding check_file(const std::string& key, const std::filesystem::path& path,
                   const Machine& machine) {
  if (machine.is_file(path)) return ok(key, path.string());
  return wrong_study(key, "there is no file " + quoted(path.string()) + "; correct " + key);
}

}  // namespace

void examine_data(const Case& subject, Findings& findings) {
  const auto& study = subject.study;
  const auto& machine = subject.machine();
  if (!subject.runs_simulations())
    findings.push_back(check_data_set("training.dataset", study.training.dataset, machine));
  else if (study.sampling.design == DesignKind::list)
    findings.push_back(check_file("sampling.file", study.sampling.file, machine));
  if (subject.trains() && !study.validation.dataset.empty())
    findings.push_back(check_data_set("validation.dataset", study.validation.dataset, machine));
  if (subject.trains() && study.training.model.kind == ModelKind::torchscript)
    findings.push_back(check_file("training.model.file", study.training.model.file, machine));
  for (const auto& plugin : study.server.plugins)
    findings.push_back(check_file("server.plugins", plugin, machine));
}

}  // namespace weir
