#pragma once
// The names and shapes of weir's HDF5 data sets, version 1; docs/formats.md describes them.

#include <cstddef>
#include <span>
#include <string>

#include "server/data/hdf5.h"

namespace weir::layout {

inline constexpr const char* format = "weir-dataset";
inline constexpr std::uint32_t version = 1;

inline constexpr const char* format_attribute = "format";
inline constexpr const char* version_attribute = "version";
inline constexpr const char* names_attribute = "names";
inline constexpr const char* units_attribute = "units";
inline constexpr const char* unit_attribute = "unit";
inline constexpr const char* shape_attribute = "shape";

inline constexpr const char* parameters = "/parameters";  ///< [simulations, parameters] float64
inline constexpr const char* simulation = "/simulation";  ///< [simulations] uint64
inline constexpr const char* time =
    "/time";  ///< [simulations, steps] float64, when the solver says its times
inline constexpr const char* fields =
    "/fields";  ///< one [simulations, steps, values] float32 a field
inline std::string field(const std::string& name) { return std::string(fields) + "/" + name; }

/// One sample of a field's dataset, to and from memory; `place`: of its simulation in the file.
/// Throw hdf5::Failure.
void read_row(const hdf5::Dataset& dataset, hsize_t place, hsize_t step, std::span<float> values);
void write_row(const hdf5::Dataset& dataset, hsize_t place, hsize_t step,
               std::span<const float> values);

}  // namespace weir::layout
