// The same parts in a server of one's own, instead of a plug-in: mpirun -n 2 example-server
// STUDY.json

#include <weir/server/run.h>

#include "parts.h"

int main(int argc, char** argv) {
  weir::Registry registry;
  add_parts(registry);
  return weir::run_server(argc, argv, registry);
}
