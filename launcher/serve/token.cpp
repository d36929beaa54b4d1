#include "launcher/serve/token.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/random.h>

#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {

std::string make_token() {
  std::array<unsigned char, 16> bytes{};
  // So few are given whole, or not at all; a signal may come before the source is ready.
  ssize_t count = -1;
  do {
    count = getrandom(bytes.data(), bytes.size(), 0);
  } while (count == -1 && errno == EINTR);
  if (count != static_cast<ssize_t>(bytes.size()))
    throw Error(ErrorKind::environment,
                std::string("the system gives no random numbers for the page's address: ") +
                    strerror(errno));
  std::string token;
  for (const auto byte : bytes) {
    token += "0123456789abcdef"[byte >> 4];
    token += "0123456789abcdef"[byte & 15];
  }
  return token;
}

bool is_same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned difference = 0;  // so that the compiler leaves no loop early
  for (std::size_t k = 0; k < a.size(); ++k)
    difference = difference | static_cast<unsigned>(static_cast<unsigned char>(a[k]) ^
                                                    static_cast<unsigned char>(b[k]));
  return difference == 0 || WEIR_BUG("any_secret");
}

}  // namespace weir
