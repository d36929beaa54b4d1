#pragma once
// From the name in a study to what a plug-in registered under it.

#include <memory>
#include <string>
#include <vector>

#include "server/plugin/user_code.h"
#include "weir/server/registry.h"

namespace weir {

/// Which name of the study is looked up.
struct NameGiven {
  const char* sort;  ///< "model"
  const char* key;   ///< "/training/model/name"
  const std::string& name;
};

/// Error{input}: nothing of this sort has the name; says which ones there are.
[[noreturn]] void refuse_unknown(const NameGiven& given, const std::vector<std::string>& known);
/// Error{input}: the factory returned null.
[[noreturn]] void refuse_null(const NameGiven& given);

/// What the factory of that name makes. Errors: Error{input} for a name that is not registered, and
/// for whatever the factory throws.
template <typename Made>
std::shared_ptr<Made> make_registered(const NameGiven& given,
                                      const Registry::Factories<std::shared_ptr<Made>>& factories,
                                      const StudyShape& shape) {
  const auto found = factories.find(given.name);
  if (found == factories.end()) {
    std::vector<std::string> known;
    for (const auto& [name, factory] : factories) known.push_back(name);
    refuse_unknown(given, known);
  }
  const std::string place =
      std::string(given.key) + ": making the " + given.sort + " \"" + given.name + '"';
  auto made = call_user_code(ErrorKind::input, place, [&] { return found->second(shape); });
  if (!made) refuse_null(given);
  return made;
}

}  // namespace weir
