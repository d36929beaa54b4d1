// Which accelerators the server would see.

#include <algorithm>

#include "launcher/doctor/case.h"

namespace weir {
namespace {

/// A LibTorch without CUDA trains on the cores, whatever the job was given.
bool server_uses_them(const Case& subject) {
  const auto libraries = subject.machine().needed_libraries(subject.at.server);
  return std::any_of(libraries.begin(), libraries.end(), [](const std::string& library) {
    return library.find("torch_cuda") != std::string::npos ||
           library.find("c10_cuda") != std::string::npos;
  });
}

Finding check_wanted(const Case& subject, const std::string& wanted) {
  if (server_uses_them(subject))
    return ok("accelerators", wanted + " for the server (launcher.server.accelerators)");
  return warning("launcher.server.accelerators",
                 "is " + quoted(wanted) +
                     ", but weir-server is linked with a LibTorch without CUDA and would leave "
                     "them idle; build weir with one that has it, or leave this key out");
}

}  // namespace

void examine_accelerators(const Case& subject, Findings& findings) {
  const auto& wanted = subject.study.launcher.server.accelerators;
  if (!wanted.empty()) return findings.push_back(check_wanted(subject, wanted));
  const auto visible = subject.machine().accelerators();
  const std::string here = std::to_string(visible) + " visible here";
  if (!subject.batch() && visible > 0 && !server_uses_them(subject))
    findings.push_back(ok("accelerators", here + ", not used: weir-server trains on the cores"));
  else
    findings.push_back(ok("accelerators", subject.batch() ? "none asked for" : here));
}

}  // namespace weir
