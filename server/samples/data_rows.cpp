#include "server/samples/data_rows.h"

#include <algorithm>
#include <utility>

#include "src/core/memory.h"

namespace weir {
std::size_t row_memory(std::size_t ranks) {
  return static_cast<std::size_t>(available_memory() / 2 / ranks);
}

std::vector<std::size_t> trainable_positions(const DataSet& data, std::size_t lead) {
  std::vector<std::size_t> positions;
  for (std::size_t k = 0; k < data.samples(); ++k) {
    if (k % data.steps() >= lead) positions.push_back(k);
  }
  return positions;
}

DataRows::DataRows(DataSet data, std::vector<std::size_t> chosen, std::size_t sample_size,
                   std::size_t memory, std::size_t lead)
    : data_(std::move(data)),
      chosen_(std::move(chosen)),
      sample_size_(sample_size),
      lead_(lead),
      needed_(chosen_) {
  if (lead_ > 0) {
    for (const std::size_t position : chosen_) needed_.push_back(position - lead_);
  }
  std::sort(needed_.begin(), needed_.end());
  needed_.erase(std::unique(needed_.begin(), needed_.end()), needed_.end());
  if (needed_.size() > memory / (sample_size_ * sizeof(float))) return;
  std::vector<float> rows(needed_.size() * sample_size_);
  for (std::size_t k = 0; k < needed_.size(); ++k) {
    data_.read(needed_[k], std::span(rows).subspan(k * sample_size_, sample_size_));
  }
  rows_ = std::move(rows);
}

std::span<const double> DataRows::parameters(std::size_t k) const {
  return data_.parameters(chosen_[k] / data_.steps());
}

void DataRows::copy_at(std::size_t position, std::span<float> values,
                       const FieldScales& scales) const {
  if (!in_memory()) {
    data_.read(position, values);
    if (!scales.empty()) copy_row(values, scales, values.data());
    return;
  }
  const auto found = std::lower_bound(needed_.begin(), needed_.end(), position);
  const auto row = static_cast<std::size_t>(found - needed_.begin());
  copy_row({rows_.data() + row * sample_size_, sample_size_}, scales, values.data());
}

}  // namespace weir
