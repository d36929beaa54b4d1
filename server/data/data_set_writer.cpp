#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <unistd.h>

#include "server/data/data_set.h"
#include "server/data/hdf5.h"
#include "server/data/layout.h"
#include "src/core/error.h"
#include "src/core/file_system.h"

namespace weir {
namespace {

using hdf5::Dataset;
using hdf5::File;

std::filesystem::path temporary_name(const std::filesystem::path& file) {
  std::string name = ".";
  name += file.filename().string() + "." + std::to_string(getpid()) + ".part";
  return file.parent_path() / name;
}

File create_file(const std::filesystem::path& path) {
  File file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  hdf5::put(file, layout::format_attribute, std::string(layout::format));
  hdf5::put(file, layout::version_attribute, layout::version);
  hdf5::Group(H5Gcreate2(file, layout::fields, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  return file;
}

/// A chunk is one sample's field: written once, whole, and read so.
Dataset create_field(const File& file, const Field& field, std::size_t steps) {
  const hsize_t extents[] = {0, steps, field.size()}, most[] = {H5S_UNLIMITED, steps, field.size()};
  const hsize_t chunk[] = {1, 1, field.size()};
  const hdf5::Properties properties(H5Pcreate(H5P_DATASET_CREATE));
  hdf5::checked(H5Pset_chunk(properties, 3, chunk));
  hdf5::checked(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER));
  const hdf5::Space space(H5Screate_simple(3, extents, most));
  Dataset dataset(H5Dcreate2(file, layout::field(field.name).c_str(), H5T_IEEE_F32LE, space,
                             H5P_DEFAULT, properties, H5P_DEFAULT));
  hdf5::put(dataset, layout::shape_attribute,
            std::vector<std::uint64_t>(field.shape.begin(), field.shape.end()));
  hdf5::put(dataset, layout::unit_attribute, field.unit);
  return dataset;
}

}  // namespace

struct DataSetWriter::Impl {
  Impl(const std::filesystem::path& path, const Study& study_of_set)
      : target(path), temporary(temporary_name(path)), study(study_of_set) {
    guarded([&] {
      file = create_file(temporary);
      reserve(0);
      for (const auto& field : study.simulation.fields) {
        fields.push_back(create_field(file, field, study.simulation.steps));
      }
    });
  }

  ~Impl() { discard(); }

  /// Turns HDF5's failures into Errors. Nothing is left of a set that cannot be written.
  template <class Action>
  void guarded(Action action) {
    const hdf5::Quiet quiet;
    try {
      action();
    } catch (const hdf5::Failure& failure) {
      discard();
      throw Error(ErrorKind::environment, "cannot write the data set " + target.string() + ": " +
                                              failure.reason + "; make room or write it elsewhere");
    } catch (const Error&) {
      discard();
      throw;
    }
  }

  void discard() {
    const hdf5::Quiet quiet;
    hdf5::give_up(file);
    fields.clear();
    file = File();
    std::error_code ignored;
    if (!finished) std::filesystem::remove(temporary, ignored);
  }

  struct Row {
    std::size_t place = 0;  ///< in the file
    std::size_t written = 0;
    std::vector<bool> steps;
    std::vector<double> parameters;
    std::vector<double> times;  ///< empty where the solver does not say them
  };

  Row& row_of(std::uint64_t sim, std::span<const double> parameters);
  void write_sample(std::size_t place, std::uint64_t step, std::span<const float> values);
  std::vector<std::uint64_t> complete() const;
  void sort(const std::vector<std::uint64_t>& order);
  void move_row(std::size_t from, std::size_t to, bool swap);
  void extend(std::size_t count);
  void reserve(std::uint64_t bytes);
  void write_tables(const std::vector<std::uint64_t>& order);
  void publish();

  std::filesystem::path target, temporary;
  const Study study;
  File file;
  hdf5::Reservation room;
  std::vector<Dataset> fields;
  std::map<std::uint64_t, Row> rows;  ///< by simulation
  bool finished = false;
};

DataSetWriter::Impl::Row& DataSetWriter::Impl::row_of(std::uint64_t sim,
                                                      std::span<const double> parameters) {
  const auto found = rows.find(sim);
  if (found != rows.end()) return found->second;
  extend(rows.size() + 1);
  Row row;
  row.place = rows.size();
  row.steps.resize(study.simulation.steps);
  row.parameters.assign(parameters.begin(), parameters.end());
  if (study.simulation.time.sent) row.times.resize(study.simulation.steps);
  return rows.emplace(sim, std::move(row)).first->second;
}

/// The index of the chunks grows besides the values: nodes of at most 4 KiB, a few a field.
void DataSetWriter::Impl::reserve(std::uint64_t bytes) {
  const std::uint64_t index = (fields.size() + 4) << 14;
  room.take(file, bytes + index);
}

void DataSetWriter::Impl::extend(std::size_t count) {
  for (std::size_t k = 0; k < fields.size(); ++k) {
    const hsize_t extents[] = {count, study.simulation.steps, study.simulation.fields[k].size()};
    hdf5::checked(H5Dset_extent(fields[k], extents));
  }
}

void DataSetWriter::Impl::write_sample(std::size_t place, std::uint64_t step,
                                       std::span<const float> values) {
  for (std::size_t k = 0; k < fields.size(); ++k) {
    const std::size_t size = study.simulation.fields[k].size();
    layout::write_row(fields[k], place, step, values.first(size));
    values = values.subspan(size);
  }
}

std::vector<std::uint64_t> DataSetWriter::Impl::complete() const {
  std::vector<std::uint64_t> sims;
  for (const auto& [sim, row] : rows) {
    if (row.written == study.simulation.steps) sims.push_back(sim);
  }
  return sims;
}

/// Moves the complete rows to the front, in the order of their simulations. In place, because a set
/// may fill the disk; an ensemble that arrives nearly in order moves little.
void DataSetWriter::Impl::sort(const std::vector<std::uint64_t>& order) {
  std::vector<Row*> at(rows.size());
  for (auto& [sim, row] : rows) at[row.place] = &row;
  for (std::size_t place = 0; place < order.size(); ++place) {
    Row* wanted = &rows.at(order[place]);
    if (wanted->place == place) continue;
    Row* displaced = at[place];
    move_row(wanted->place, place, /*swap=*/displaced->written == study.simulation.steps);
    std::swap(wanted->place, displaced->place);
    at[wanted->place] = wanted;
    at[displaced->place] = displaced;
  }
}

void DataSetWriter::Impl::move_row(std::size_t from, std::size_t to, bool swap) {
  std::vector<float> moved, displaced;
  for (std::size_t k = 0; k < fields.size(); ++k) {
    moved.resize(study.simulation.fields[k].size());
    displaced.resize(moved.size());
    for (std::size_t step = 0; step < study.simulation.steps; ++step) {
      layout::read_row(fields[k], from, step, moved);
      if (swap) layout::read_row(fields[k], to, step, displaced);
      layout::write_row(fields[k], to, step, moved);
      if (swap) layout::write_row(fields[k], from, step, displaced);
    }
  }
}

void DataSetWriter::Impl::write_tables(const std::vector<std::uint64_t>& order) {
  const std::size_t doubles =
      study.parameters.size() + (study.simulation.time.sent ? study.simulation.steps : 0);
  reserve(order.size() * (doubles * sizeof(double) + sizeof(std::uint64_t)));
  std::vector<double> parameters, times;
  for (const auto sim : order) {
    const Row& row = rows.at(sim);
    parameters.insert(parameters.end(), row.parameters.begin(), row.parameters.end());
    times.insert(times.end(), row.times.begin(), row.times.end());
  }
  std::vector<std::string> names, units;
  for (const auto& parameter : study.parameters) {
    names.push_back(parameter.name);
    units.push_back(parameter.unit);
  }
  const auto create = [&](const char* name, hid_t type, const hdf5::Extents& extents) {
    return Dataset(H5Dcreate2(file, name, type, hdf5::space_of(extents), H5P_DEFAULT, H5P_DEFAULT,
                              H5P_DEFAULT));
  };
  const auto table = create(layout::parameters, H5T_IEEE_F64LE, {order.size(), names.size()});
  hdf5::checked(
      H5Dwrite(table, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, parameters.data()));
  hdf5::put(table, layout::names_attribute, names);
  hdf5::put(table, layout::units_attribute, units);
  if (study.simulation.time.sent) {
    const auto table_of_times =
        create(layout::time, H5T_IEEE_F64LE, {order.size(), study.simulation.steps});
    hdf5::checked(
        H5Dwrite(table_of_times, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, times.data()));
    hdf5::put(table_of_times, layout::unit_attribute, study.simulation.time.unit);
  }
  const auto numbers = create(layout::simulation, H5T_STD_U64LE, {order.size()});
  hdf5::checked(H5Dwrite(numbers, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, order.data()));
}

/// The target appears whole or not at all, after a crash too.
void DataSetWriter::Impl::publish() {
  hdf5::checked(H5Fflush(file, H5F_SCOPE_GLOBAL));
  fields.clear();
  file.close();
  std::error_code
      ignored;  // gives back what was reserved; a set that is longer on the disk is as good
  std::filesystem::resize_file(temporary, std::filesystem::file_size(temporary, ignored), ignored);
  FileSystem& files = posix_file_system();
  files.append(temporary, 0600)->sync();
  files.rename(temporary, target);
  finished = true;
  files.sync_directory(std::filesystem::absolute(target).parent_path());
}

DataSetWriter::DataSetWriter(const std::filesystem::path& file, const Study& study)
    : impl_(std::make_unique<Impl>(file, study)) {}

DataSetWriter::~DataSetWriter() = default;

void DataSetWriter::write(SampleId id, std::span<const double> parameters,
                          std::span<const float> values, double time) {
  impl_->guarded([&] {
    impl_->reserve(values.size_bytes());
    Impl::Row& row = impl_->row_of(id.sim, parameters);
    if (row.steps[id.step]) return;
    impl_->write_sample(row.place, id.step, values);
    row.steps[id.step] = true;
    if (!row.times.empty()) row.times[id.step] = time;
    ++row.written;
  });
}

std::size_t DataSetWriter::finish() {
  const auto order = impl_->complete();
  impl_->guarded([&] {
    impl_->sort(order);
    impl_->extend(order.size());
    impl_->write_tables(order);
    impl_->publish();
  });
  return order.size();
}

}  // namespace weir
