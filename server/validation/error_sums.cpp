#include "server/validation/error_sums.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "src/core/planted_bug.h"
#include "src/core/squares.h"

namespace weir {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// NaN as soon as one of them is, which std::max makes of the second one alone.
double larger(double a, double b) { return a < b || std::isnan(b) ? b : a; }

double largest_distance(const float* a, const float* b, std::size_t count) {
  double largest = 0;
  for (std::size_t k = 0; k < count; ++k) largest = larger(largest, std::abs(double{a[k]} - b[k]));
  return largest;
}

/// In place, over all ranks.
void largest_over(Collective& collective, std::vector<double>& values) {
  std::vector<std::int64_t> words(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) words[k] = std::bit_cast<std::int64_t>(values[k]);
  const auto all = collective.gather(words);
  for (std::size_t k = 0; k < all.size(); ++k) {
    double& value = values[k % values.size()];
    value = larger(value, std::bit_cast<double>(all[k]));
  }
}

}  // namespace

double norm_of(std::span<const float> values) { return std::sqrt(sum_of_squares(values)); }

void ErrorSums::add_to(Cell& cell, double mean_squares, double distance, double norm) {
  cell[samples] += 1;
  cell[squares] += mean_squares;
  if (norm == 0) return;
  cell[relative] += distance / norm;
  cell[with_norm] += 1;
}

ErrorMeasures ErrorSums::measures(const Cell& cell, double maximum) {
  if (cell[samples] == 0) return {unknown, unknown, unknown};
  const double ratio = cell[with_norm] > 0 ? cell[relative] / cell[with_norm] : unknown;
  return {cell[squares] / cell[samples], ratio, maximum};
}

ErrorSums::ErrorSums(const Study& study, const Normalisation& normalisation)
    : study_(study),
      normalisation_(normalisation),
      steps_(study.simulation.steps),
      cells_(normalisation.fields.size() * steps_),
      maxima_(cells_.size()) {}

void ErrorSums::add(std::size_t step, const float* prediction, const float* truth,
                    std::span<const double> norms) {
  double all_squares = 0, all_norms = 0;
  for (std::size_t f = 0; f < normalisation_.fields.size(); ++f) {
    const std::size_t size = normalisation_.field_sizes[f];
    const double deviation = normalisation_.fields[f].deviation;
    const double sum = squared_distance(prediction, truth, size) * deviation * deviation;
    const std::size_t at = place(f, step);
    add_to(cells_[at], sum / static_cast<double>(size), std::sqrt(sum), norms[f]);
    maxima_[at] = larger(maxima_[at], largest_distance(prediction, truth, size) * deviation);
    all_squares += sum;
    all_norms += norms[f] * norms[f];
    prediction += size;
    truth += size;
  }
  add_to(whole_, all_squares / static_cast<double>(normalisation_.outputs()),
         std::sqrt(all_squares), std::sqrt(all_norms));
}

void ErrorSums::sum_over(Collective& collective) {
  std::vector<double> flat = {loss_};
  flat.insert(flat.end(), whole_.begin(), whole_.end());
  for (const auto& cell : cells_) flat.insert(flat.end(), cell.begin(), cell.end());
  collective.sum(std::span<double>(flat));
  const auto* next = flat.data();
  const auto take = [&next](Cell& cell) {
    std::copy_n(next, cell.size(), cell.data());
    next += cell.size();
  };
  loss_ = *next++;
  take(whole_);
  for (auto& cell : cells_) take(cell);
  if (!WEIR_BUG("maximum_of_one_rank")) largest_over(collective, maxima_);
}

FieldErrors ErrorSums::field_errors(std::size_t field) const {
  FieldErrors errors{study_.simulation.fields[field].name, {}, {}};
  Cell all{};
  double maximum = 0;
  for (std::size_t at = place(field, 0); at < place(field + 1, 0); ++at) {
    errors.steps.push_back(measures(cells_[at], maxima_[at]));
    maximum = larger(maximum, maxima_[at]);
    for (std::size_t k = 0; k < all.size(); ++k) all[k] += cells_[at][k];
  }
  errors.all = measures(all, maximum);
  return errors;
}

ValidationResult ErrorSums::over_ranks(Collective& collective) {
  sum_over(collective);
  const auto whole = measures(whole_, /*maximum=*/0);
  ValidationResult result{loss_ / whole_[samples], whole.mse, whole.relative_l2, {}};
  for (std::size_t f = 0; f < normalisation_.fields.size(); ++f)
    result.fields.push_back(field_errors(f));
  return result;
}

}  // namespace weir
