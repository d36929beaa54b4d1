#include "server/plugin/user_code.h"

namespace weir {

std::string last_words(const std::exception& error) {
  std::string text = error.what();
  const auto stack = text.find("\nException raised from ");  // LibTorch's
  if (stack != std::string::npos) text.erase(stack);
  const auto end = text.find_last_not_of(" \t\r\n.");
  text.erase(end == std::string::npos ? 0 : end + 1);
  const auto line = text.rfind('\n');
  return line == std::string::npos ? text : text.substr(line + 1);
}

}  // namespace weir
