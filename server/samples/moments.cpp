#include "server/samples/moments.h"

#include <array>
#include <cmath>

namespace weir {

void Moments::add(std::span<const float> values) {
  if (values.empty()) return;
  Moments row;
  row.count = static_cast<double>(values.size());
  for (const float value : values) row.mean += value;
  row.mean /= row.count;
  for (const float value : values) row.squares += (value - row.mean) * (value - row.mean);
  merge(row);
}

void Moments::merge(const Moments& other) {
  if (other.count == 0) return;
  const double total = count + other.count;
  const double delta = other.mean - mean;
  squares += other.squares + delta * delta * count * other.count / total;
  mean += delta * other.count / total;
  count = total;
}

double Moments::deviation() const { return count > 0 ? std::sqrt(squares / count) : 0; }

Moments merge_over_ranks(Collective& collective, const Moments& mine) {
  std::array<double, 2> first = {mine.count, mine.count * mine.mean};
  collective.sum(std::span<double>(first));
  Moments all;
  all.count = first[0];
  if (all.count == 0) return all;
  all.mean = first[1] / first[0];
  const double delta = mine.mean - all.mean;
  std::array<double, 1> second = {mine.squares + mine.count * delta * delta};
  collective.sum(std::span<double>(second));
  all.squares = second[0];
  return all;
}

}  // namespace weir
