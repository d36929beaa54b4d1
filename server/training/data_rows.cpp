#include "server/training/data_rows.h"

#include <algorithm>
#include <utility>

#include "src/core/memory.h"

namespace weir {
std::size_t row_memory(std::size_t ranks) {
  return static_cast<std::size_t>(available_memory() / 2 / ranks);
}

DataRows::DataRows(DataSet data, std::vector<std::size_t> chosen, std::size_t sample_size,
                   std::size_t memory)
    : data_(std::move(data)), chosen_(std::move(chosen)), sample_size_(sample_size) {
  if (size() > memory / (sample_size_ * sizeof(float))) return;
  std::vector<float> rows(size() * sample_size_);
  for (std::size_t k = 0; k < size(); ++k) {
    copy(k, std::span(rows).subspan(k * sample_size_, sample_size_));
  }
  rows_ = std::move(rows);
}

std::span<const double> DataRows::parameters(std::size_t k) const {
  return data_.parameters(chosen_[k] / data_.steps());
}

void DataRows::copy(std::size_t k, std::span<float> values) const {
  if (in_memory()) {
    std::copy_n(rows_.data() + k * sample_size_, sample_size_, values.data());
  } else {
    data_.read(chosen_[k], values);
  }
}

}  // namespace weir
