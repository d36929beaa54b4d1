#include "server/plugin/load.h"

#include <filesystem>

#include <dlfcn.h>

#include "server/plugin/user_code.h"
#include "src/core/planted_bug.h"
#include "weir/server/plugin.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const std::string& library, const std::string& text) {
  throw Error(ErrorKind::input, "the plug-in " + library + " " + text);
}

void* open(const std::string& library) {
  if (!std::filesystem::is_regular_file(library))
    refuse(library, "is not there; correct /server/plugins or --plugin");
  void* const handle = call_user_code(ErrorKind::input, "the plug-in " + library, [&] {
    return dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  });
  if (handle == nullptr) refuse(library, std::string("cannot be loaded: ") + dlerror());
  return handle;
}

void* symbol(void* handle, const std::string& library, const char* name) {
  void* const found = dlsym(handle, name);
  if (found == nullptr)
    refuse(library, std::string("has no symbol ") + name +
                        "; expected a library with WEIR_PLUGIN(function) of weir/server/plugin.h");
  return found;
}

std::string described(unsigned abi, const std::string& weir, const std::string& libtorch) {
  return "weir " + weir + " (plug-ins of version " + std::to_string(abi) + ") and LibTorch " +
         libtorch;
}

void check_version(const weir_plugin_facts& facts, const std::string& library) {
  const bool same_torch =
      facts.libtorch == std::string(TORCH_VERSION) || facts.libtorch == std::string("none");
  if ((facts.abi == WEIR_PLUGIN_ABI && same_torch) || WEIR_BUG("plugin_version_ignored")) return;
  refuse(library, "is built for " + described(facts.abi, facts.weir, facts.libtorch) +
                      ", this server is " +
                      described(WEIR_PLUGIN_ABI, WEIR_VERSION, TORCH_VERSION) +
                      "; build it again with what belongs to this server");
}

void load(const std::string& given, Registry& registry) {
  const std::string library = std::filesystem::absolute(given).lexically_normal().string();
  void* const handle = open(library);
  const auto version = reinterpret_cast<const weir_plugin_facts* (*)()>(
      symbol(handle, library, "weir_plugin_version"));
  check_version(*version(), library);
  const auto add =
      reinterpret_cast<void (*)(Registry&)>(symbol(handle, library, "weir_plugin_register"));
  call_user_code(ErrorKind::input, "the plug-in " + library, [&] { add(registry); });
}

}  // namespace

void load_plugins(const std::vector<std::string>& libraries, Registry& registry) {
  for (const auto& library : libraries) load(library, registry);
}

}  // namespace weir
