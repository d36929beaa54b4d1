#pragma once
// weir-server as a function: for a program of one's own that brings what plug-ins would bring.
//
//   int main(int argc, char** argv) {
//     weir::Registry registry;
//     registry.add_model("mine", …);
//     return weir::run_server(argc, argv, registry);
//   }

#include "weir/server/registry.h"

namespace weir {

/// All that weir-server does with these arguments (`weir-server --help`), one rank of it:
/// initialises and finalises MPI, takes SIGTERM and SIGUSR1 for itself, and returns the exit code.
/// It may end the process (MPI_Abort) when this rank alone cannot go on. Throws nothing. Call it
/// once, from main.
__attribute__((visibility("default"))) int run_server(int argc, char** argv,
                                                      const Registry& registry = {});

}  // namespace weir
