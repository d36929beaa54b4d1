#include "server/plugin/lookup.h"

#include "src/study/nearest.h"

namespace weir {

void refuse_unknown(const NameGiven& given, const std::vector<std::string>& known) {
  const std::string text = std::string(given.key) + ": is \"" + given.name + "\", but no plug-in ";
  if (known.empty())
    throw Error(ErrorKind::input, text + "brings a " + given.sort +
                                      "; name one that does in /server/plugins, or give --plugin");
  throw Error(ErrorKind::input, text + "has a " + given.sort + " of this name" +
                                    suggestion(given.name, known) +
                                    " (registered: " + alternatives(known) + ")");
}

void refuse_null(const NameGiven& given) {
  throw Error(ErrorKind::input, std::string(given.key) + ": the factory of the " + given.sort +
                                    " \"" + given.name + "\" returned null; expected a " +
                                    given.sort);
}

}  // namespace weir
