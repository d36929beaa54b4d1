// weir-server: one rank of the training server; mpirun starts as many as wanted.

#include <weir/server/run.h>

int main(int argc, char** argv) { return weir::run_server(argc, argv); }
