#include "server/samples/dataset_source.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "src/core/error.h"
#include "src/core/random.h"
#include "src/study/samples.h"

namespace weir {
namespace {

std::vector<std::size_t> shuffled(std::size_t count, Random random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t k = count; k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);
  return order;
}

DataRows open_rows(const Study& study, std::size_t ranks) {
  DataSet data(study.training.dataset, study);
  if (data.samples() == 0) {
    throw Error(ErrorKind::input, "/training/dataset: " + study.training.dataset.string() +
                                      " has no samples: make one with `weir generate`");
  }
  auto positions = trainable_positions(data, lead_of(study));
  return DataRows(std::move(data), std::move(positions), study.simulation.sample_size(),
                  row_memory(ranks), lead_of(study));
}

}  // namespace

DatasetSource::DatasetSource(const Study& study, std::size_t rank, std::size_t ranks)
    : rows_(open_rows(study, ranks)),
      sample_size_(study.simulation.sample_size()),
      rank_(rank),
      ranks_(ranks),
      seed_(study.seed),
      mine_((study.training.epochs * rows_.size() + ranks - 1 - rank) / ranks),
      order_epoch_(std::numeric_limits<std::size_t>::max()) {}

Offer DatasetSource::offer(std::size_t batch) {
  const std::size_t samples = std::min(batch, left());
  return {samples > 0 ? Readiness::ready : Readiness::over, samples};
}

void DatasetSource::draw(std::size_t count, Batch& batch) {
  copy(drawn_, count, batch);
  drawn_ += count;
}

std::size_t DatasetSource::peek(std::size_t count, Batch& batch) {
  count = std::min(count, left());
  copy(drawn_, count, batch);
  return count;
}

void DatasetSource::go_on_after(std::size_t batches, std::size_t batch) {
  drawn_ = std::min(batches * batch, mine_);
}

Occupancy DatasetSource::occupancy() const { return {.unseen = left(), .seen = drawn_}; }

std::size_t DatasetSource::position(std::size_t k) {
  const std::size_t in_stream = k * ranks_ + rank_;
  const std::size_t epoch = in_stream / rows_.size();
  if (epoch != order_epoch_) {
    order_ = shuffled(rows_.size(), Random(seed_, "epoch", epoch));
    order_epoch_ = epoch;
  }
  return order_[in_stream % rows_.size()];
}

void DatasetSource::copy(std::size_t first, std::size_t count, Batch& batch) {
  batch.ids.clear();
  batch.parameters.clear();
  batch.times.clear();
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t row = position(first + k);
    const auto parameters = rows_.parameters(row);
    batch.ids.push_back(rows_.id(row));
    batch.times.push_back(rows_.time(row));
    batch.parameters.insert(batch.parameters.end(), parameters.begin(), parameters.end());
    rows_.copy(row, std::span(batch.targets + k * sample_size_, sample_size_), batch.scales);
    if (batch.states == nullptr) continue;
    rows_.copy_state(row, std::span(batch.states + k * sample_size_, sample_size_), batch.scales);
  }
}

std::unique_ptr<SampleSource> make_dataset_source(const Study& study, std::size_t rank,
                                                  std::size_t ranks) {
  return std::make_unique<DatasetSource>(study, rank, ranks);
}

}  // namespace weir
