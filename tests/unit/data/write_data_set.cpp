// Writes the data set that read_with_h5py.py expects, into the file that it is given.

#include "data_study.h"

int main(int argc, char** argv) {
  using namespace weir::test;
  if (argc != 2) return 2;
  weir::DataSetWriter writer(argv[1], data_study());
  for (const std::uint64_t sim : {4, 0, 2}) write_simulation(writer, sim);
  write_sample(writer, {1, 0});
  return writer.finish() == 3 ? 0 : 1;
}
