// weir predict: a program of its own, as it needs LibTorch and `weir` does not.

#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "launcher/commands/commands.h"
#include "src/core/error.h"
#include "src/core/own_program.h"

namespace weir {

int predict_command(char** arguments) {
  const auto program = own_program("weir-predict");
  execv(program.c_str(), arguments);
  throw Error(ErrorKind::environment,
              "cannot start '" + program.string() + "': " + std::strerror(errno) +
                  "; it is built with the server (WEIR_SERVER=ON) and installed beside weir");
}

}  // namespace weir
