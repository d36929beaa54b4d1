#pragma once
// parameters.csv: the parameters that each simulation of an adaptive study runs with, written
// before anyone is told. docs/formats.md describes it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "src/core/file_system.h"
#include "src/study/study.h"

namespace weir {

/// Who has drawn a simulation's parameters.
enum class DrawnBy {
  design,       ///< before the first redraw, or there was none in time
  exploration,  ///< the design, for the exploration share of a redraw
  strategy,
};

struct ParameterRow {
  std::uint64_t sim = 0;
  DrawnBy by = DrawnBy::design;
  std::vector<double> values;  ///< one a parameter of the study, physical units
  bool operator==(const ParameterRow&) const = default;
};

/// Rank 0's; used by one thread.
class ParameterFile {
 public:
  /// `parameters` and `files` outlive it. Nothing is read or written yet.
  ParameterFile(FileSystem& files, const Path& path, const std::vector<Parameter>& parameters)
      : files_(files), path_(path), parameters_(parameters) {}

  /// The rows of an earlier server, in the order in which they were written; no file: none. A last
  /// line that was cut by a crash is dropped: nobody was told of it. Error{input} naming file and
  /// line: other columns than the study's, a damaged row, a simulation that is there twice.
  std::vector<ParameterRow> read() const;
  /// Begins a file with these rows in place of what is there; a server that was replaced and does
  /// not know it yet goes on writing to a file without a name. Error{environment}.
  void start(const std::vector<ParameterRow>& rows);
  /// Precondition: started. When it returns, the rows are on the disk. Error{environment}: none
  /// of them counts, and the call may be repeated.
  void append(const std::vector<ParameterRow>& rows);

 private:
  std::string header() const;

  FileSystem& files_;
  const Path path_;
  const std::vector<Parameter>& parameters_;
  std::unique_ptr<OutputFile> file_;
  std::uint64_t size_ = 0;  ///< bytes that count
  bool torn_ = false;       ///< there may be more
};

}  // namespace weir
