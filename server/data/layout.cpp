#include "server/data/layout.h"

namespace weir::layout {
namespace {

hdf5::Space selection(const hdf5::Dataset& dataset, hsize_t place, hsize_t step, hsize_t size) {
  hdf5::Space space(H5Dget_space(dataset));
  const hsize_t start[] = {place, step, 0}, count[] = {1, 1, size};
  hdf5::checked(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr));
  return space;
}

}  // namespace

void read_row(const hdf5::Dataset& dataset, hsize_t place, hsize_t step, std::span<float> values) {
  const auto memory = hdf5::space_of({values.size()});
  const auto file = selection(dataset, place, step, values.size());
  hdf5::checked(H5Dread(dataset, H5T_NATIVE_FLOAT, memory, file, H5P_DEFAULT, values.data()));
}

void write_row(const hdf5::Dataset& dataset, hsize_t place, hsize_t step,
               std::span<const float> values) {
  const auto memory = hdf5::space_of({values.size()});
  const auto file = selection(dataset, place, step, values.size());
  hdf5::checked(H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, file, H5P_DEFAULT, values.data()));
}

}  // namespace weir::layout
