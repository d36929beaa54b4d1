#pragma once
// Errors of predictions, summed up by field and by time step, over all ranks.

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "server/collective/collective.h"
#include "server/results/validation_result.h"
#include "server/samples/normalisation.h"
#include "src/study/study.h"

namespace weir {

/// Used by one thread. All sums are in double.
class ErrorSums {
 public:
  /// `study` and `normalisation` outlive it.
  ErrorSums(const Study& study, const Normalisation& normalisation);

  /// One sample. `prediction` and `truth`: normalised, all fields one after another; `norms`:
  /// ‖truth‖ of each field in its own unit. Precondition: the study has the step.
  void add(std::size_t step, const float* prediction, const float* truth,
           std::span<const double> norms);
  void add_loss(double sum) { loss_ += sum; }

  /// Of all samples of all ranks; the same on each, to the bit. Collective. Nothing is added after.
  ValidationResult over_ranks(Collective& collective);

 private:
  /// What of some samples is summed; the sums of ranks add up.
  enum Sum : std::size_t { samples, squares, relative, with_norm, sums };
  using Cell = std::array<double, sums>;

  static void add_to(Cell& cell, double mean_squares, double distance, double norm);
  static ErrorMeasures measures(const Cell& cell, double maximum);
  std::size_t place(std::size_t field, std::size_t step) const { return field * steps_ + step; }
  FieldErrors field_errors(std::size_t field) const;
  void sum_over(Collective& collective);

  const Study& study_;
  const Normalisation& normalisation_;
  std::size_t steps_;
  double loss_ = 0;
  Cell whole_{};                ///< of all fields of a sample together
  std::vector<Cell> cells_;     ///< by field, then time step
  std::vector<double> maxima_;  ///< likewise
};

/// ‖values‖, in double.
double norm_of(std::span<const float> values);

}  // namespace weir
