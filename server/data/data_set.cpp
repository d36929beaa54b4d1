#include "server/data/data_set.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "server/data/hdf5.h"
#include "server/data/layout.h"
#include "src/core/error.h"

namespace weir {
namespace {

using hdf5::Dataset;
using hdf5::Extents;
using hdf5::File;

std::string in_brackets(const Extents& extents) {
  std::string text = "[";
  for (const auto extent : extents) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

std::string listed(const std::vector<std::string>& names, const char* separator = ", ") {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += separator;
    text += name;
  }
  return text.empty() ? "none" : text;
}

std::vector<std::string> names_of_links(const hdf5::Group& group) {
  H5G_info_t info;
  hdf5::checked(H5Gget_info(group, &info));
  std::vector<std::string> names;
  for (hsize_t k = 0; k < info.nlinks; ++k) {
    const auto length = hdf5::checked(
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, k, nullptr, 0, H5P_DEFAULT));
    std::string name(static_cast<std::size_t>(length) + 1, '\0');
    H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, k, name.data(), name.size(),
                       H5P_DEFAULT);
    name.pop_back();
    names.push_back(name);
  }
  return names;
}

File open_file(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) throw hdf5::Failure{"there is no such file"};
  if (H5Fis_hdf5(file.c_str()) <= 0) throw hdf5::Failure{"it is not an HDF5 file"};
  return File(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
}

void check_format(const File& file) {
  const bool weirs =
      H5Aexists(file, layout::format_attribute) > 0 &&
      hdf5::texts(file, layout::format_attribute) == std::vector<std::string>{layout::format};
  if (!weirs) throw hdf5::Failure{"it is HDF5 but not a data set of weir"};
  const auto version = hdf5::number(file, layout::version_attribute);
  if (version != layout::version) {
    throw hdf5::Failure{"it has version " + std::to_string(version) + ", this weir reads version " +
                        std::to_string(layout::version)};
  }
}

/// Compares a data set with the study and collects all differences, so that one message names them
/// together.
class Comparison {
 public:
  Comparison(const File& file, const Study& study, const std::vector<std::uint64_t>& numbers)
      : file_(file), study_(study), simulations_(numbers.size()) {}

  std::vector<std::string> differences() {
    compare_parameters();
    compare_times();
    compare_field_names();
    for (const auto& field : study_.simulation.fields) compare_field(field);
    return std::move(differences_);
  }

 private:
  void compare_parameters() {
    const Dataset dataset(H5Dopen2(file_, layout::parameters, H5P_DEFAULT));
    const auto found = hdf5::texts(dataset, layout::names_attribute);
    std::vector<std::string> asked;
    for (const auto& parameter : study_.parameters) asked.push_back(parameter.name);
    if (found != asked) {
      differences_.push_back("its parameters are " + listed(found) + ", the study's are " +
                             listed(asked));
    }
    check_extents(layout::parameters, dataset, {simulations_, found.size()});
  }

  void compare_times() {
    const bool there = H5Lexists(file_, layout::time, H5P_DEFAULT) > 0;
    if (there != study_.simulation.time.sent) {
      differences_.push_back(there ? "it has times that a solver sent, and the study's "
                                     "/simulation/time/sent is false"
                                   : "it has no times that a solver sent, and the study's "
                                     "/simulation/time/sent is true");
    } else if (there) {
      const Dataset dataset(H5Dopen2(file_, layout::time, H5P_DEFAULT));
      check_extents(layout::time, dataset, {simulations_, study_.simulation.steps});
    }
  }

  void compare_field_names() {
    const hdf5::Group group(H5Gopen2(file_, layout::fields, H5P_DEFAULT));
    for (const auto& name : names_of_links(group)) {
      const auto& fields = study_.simulation.fields;
      if (std::none_of(fields.begin(), fields.end(),
                       [&](const Field& field) { return field.name == name; })) {
        differences_.push_back("it has a field " + name + ", the study has not");
      }
    }
  }

  void compare_field(const Field& field) {
    const std::string path = layout::field(field.name);
    if (H5Lexists(file_, path.c_str(), H5P_DEFAULT) <= 0) {
      differences_.push_back("it has no field " + field.name);
      return;
    }
    const Dataset dataset(H5Dopen2(file_, path.c_str(), H5P_DEFAULT));
    if (H5Tget_class(hdf5::Type(H5Dget_type(dataset))) != H5T_FLOAT) {
      differences_.push_back("field " + field.name + " does not hold floating-point numbers");
    }
    check_extents(path, dataset, {simulations_, study_.simulation.steps, field.size()});
  }

  void check_extents(const std::string& path, const Dataset& dataset, const Extents& asked) {
    const auto found = hdf5::extents_of(dataset);
    if (found == asked) return;
    const bool cut = found.size() == asked.size() && found[0] != asked[0];
    differences_.push_back(path + " is " + in_brackets(found) + " where " + in_brackets(asked) +
                           " is expected" + (cut ? ", so it is incomplete" : ""));
  }

  const File& file_;
  const Study& study_;
  hsize_t simulations_;
  std::vector<std::string> differences_;
};

std::vector<std::uint64_t> read_numbers(const File& file) {
  const Dataset dataset(H5Dopen2(file, layout::simulation, H5P_DEFAULT));
  const auto extents = hdf5::extents_of(dataset);
  if (extents.size() != 1) throw hdf5::Failure{"its /simulation is not a list"};
  std::vector<std::uint64_t> numbers(extents[0]);
  hdf5::checked(H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()));
  return numbers;
}

}  // namespace

struct DataSet::Impl {
  Impl(const std::filesystem::path& path, const Study& study)
      : name(path.string()), steps(study.simulation.steps) {
    const hdf5::Quiet quiet;
    try {
      file = open_file(path);
      check_format(file);
      numbers = read_numbers(file);
      const auto differences = Comparison(file, study, numbers).differences();
      if (!differences.empty()) throw hdf5::Failure{listed(differences, "; ")};
      read_parameters(study.parameters.size());
      read_times(study.simulation.time);
      for (const auto& field : study.simulation.fields) {
        fields.emplace_back(H5Dopen2(file, layout::field(field.name).c_str(), H5P_DEFAULT));
        sizes.push_back(field.size());
      }
    } catch (const hdf5::Failure& failure) {
      throw Error(ErrorKind::input, "data set " + name + ": " + failure.reason +
                                        "; make one for this study with weir generate");
    }
  }

  void read_parameters(std::size_t count) {
    parameter_count = count;
    parameters.resize(numbers.size() * count);
    const Dataset dataset(H5Dopen2(file, layout::parameters, H5P_DEFAULT));
    hdf5::checked(
        H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, parameters.data()));
  }

  /// Of a study whose solver does not say them, one list for all simulations.
  void read_times(const TimeAxis& axis) {
    times.resize((axis.sent ? numbers.size() : 1) * steps);
    if (axis.sent) {
      const Dataset dataset(H5Dopen2(file, layout::time, H5P_DEFAULT));
      hdf5::checked(
          H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, times.data()));
      const auto finite = [](double time) { return std::isfinite(time); };
      if (!std::all_of(times.begin(), times.end(), finite)) {
        throw hdf5::Failure{"a value of its /time is not finite"};
      }
    } else {
      for (std::size_t step = 0; step < steps; ++step) {
        times[step] = axis.first + static_cast<double>(step) * axis.step;
      }
    }
  }

  std::string name;
  std::size_t steps, parameter_count = 0;
  File file;
  std::vector<Dataset> fields;
  std::vector<std::size_t> sizes;
  std::vector<std::uint64_t> numbers;
  std::vector<double> parameters;
  std::vector<double> times;
};

DataSet::DataSet(const std::filesystem::path& file, const Study& study)
    : impl_(std::make_unique<Impl>(file, study)) {}

DataSet::~DataSet() = default;
DataSet::DataSet(DataSet&&) noexcept = default;

std::size_t DataSet::simulations() const { return impl_->numbers.size(); }

std::size_t DataSet::steps() const { return impl_->steps; }

SampleId DataSet::id(std::size_t k) const {
  return {.sim = impl_->numbers[k / steps()], .step = k % steps()};
}

std::span<const double> DataSet::parameters(std::size_t simulation) const {
  return std::span(impl_->parameters)
      .subspan(simulation * impl_->parameter_count, impl_->parameter_count);
}

double DataSet::time(std::size_t k) const { return impl_->times[k % impl_->times.size()]; }

void DataSet::read(std::size_t k, std::span<float> values) const {
  const hdf5::Quiet quiet;
  try {
    for (std::size_t field = 0; field < impl_->fields.size(); ++field) {
      layout::read_row(impl_->fields[field], k / steps(), k % steps(),
                       values.first(impl_->sizes[field]));
      values = values.subspan(impl_->sizes[field]);
    }
  } catch (const hdf5::Failure& failure) {
    throw Error(ErrorKind::input, "data set " + impl_->name + ": sample " + std::to_string(k) +
                                      " cannot be read: " + failure.reason +
                                      "; make the data set anew");
  }
}

}  // namespace weir
