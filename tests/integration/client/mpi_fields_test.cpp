// What arrives of fields that are spread over MPI ranks.
#include <gmock/gmock.h>

#include "tests/integration/client/mpi_client.h"

namespace weir::test {
namespace {

/// Four fields of different shapes; of each, rank r of R has a share along the axis that is given,
/// or the last rank has all of it.
struct ShapedField {
  const char* name;
  std::vector<std::size_t> shape;
  std::size_t axis;
};
const std::vector<ShapedField> shaped_fields = {
    {"u", {6, 8, 10}, 1}, {"v", {6, 8, 10}, 2}, {"w", {5, 7}, 0}, {"p", {1}, 0}};

std::size_t size_of(const std::vector<std::size_t>& shape) {
  std::size_t size = 1;
  for (const auto extent : shape) size *= extent;
  return size;
}

/// The value at a place of a field that counts its values, offset so that each step has others.
double shaped_value(std::size_t field, int step, std::size_t place) {
  return 1e6 * static_cast<double>(field) + 1e4 * step + static_cast<double>(place);
}

struct ShapedBlock {
  std::vector<std::size_t> extent, start;
};

ShapedBlock block_of(const ShapedField& field) {
  const auto me = static_cast<std::size_t>(rank()), all = static_cast<std::size_t>(ranks());
  ShapedBlock block{field.shape, std::vector<std::size_t>(field.shape.size())};
  const std::size_t extent = field.shape[field.axis];
  block.start[field.axis] = extent * me / all;
  block.extent[field.axis] = extent * (me + 1) / all - block.start[field.axis];
  return block;
}

/// The block's values, row-major.
std::vector<double> values_of(const ShapedField& field, std::size_t index, int step) {
  const ShapedBlock block = block_of(field);
  std::vector<double> values;
  for (std::size_t k = 0; k < size_of(field.shape); ++k) {
    std::size_t rest = k;
    bool inside = true;
    for (std::size_t axis = field.shape.size(); axis-- > 0;) {
      const std::size_t at = rest % field.shape[axis];
      rest /= field.shape[axis];
      inside = inside && at >= block.start[axis] && at < block.start[axis] + block.extent[axis];
    }
    if (inside) values.push_back(shaped_value(index, step, k));
  }
  return values;
}

TEST_P(MpiClient, GathersUnevenPartsInRankOrderWithRankZeroEmpty) {
  constexpr std::size_t total = 50;
  FakeStudy study;
  study.fields = {{"u", total}};
  study.steps = 4;
  study.ranks = 2;
  connect(study);
  for (int step = 0; step < 4; ++step)
    EXPECT_EQ(send("u", uneven_part(total, 100. * step)), WEIR_OK);
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  for (std::uint64_t step = 0; step < 4; ++step) {
    const auto sample = server_->sample({0, step});
    ASSERT_TRUE(sample) << "step " << step;
    for (std::size_t i = 0; i < total; ++i)
      EXPECT_EQ((*sample)[i], 100.f * static_cast<float>(step) + static_cast<float>(i));
  }
}

/// Rank r of R has the columns [12 r / R, 12 (r + 1) / R) of a 5 × 12 array.
TEST_P(MpiClient, SubarraysMakeTheSameFieldOnAnyNumberOfRanks) {
  FakeStudy study;
  study.fields = {{"u", 60}, {"v", 1}};
  study.steps = 2;
  connect(study);
  const auto me = static_cast<std::size_t>(rank()), all = static_cast<std::size_t>(ranks());
  const std::size_t first = 12 * me / all, columns = 12 * (me + 1) / all - first;
  const std::size_t global[] = {5, 12}, local[] = {5, columns}, start[] = {0, first};
  EXPECT_EQ(weir_subarray(client_, "u", 2, global, local, start), WEIR_OK)
      << weir_last_error(client_);
  for (int step = 0; step < 2; ++step) {
    std::vector<float> block;
    for (std::size_t row = 0; row < 5; ++row) {
      for (std::size_t column = first; column < first + columns; ++column) {
        block.push_back(1000.f * static_cast<float>(step) + static_cast<float>(12 * row + column));
      }
    }
    EXPECT_EQ(weir_send_float(client_, "u", block.data(), block.size()), WEIR_OK)
        << weir_last_error(client_);
    EXPECT_EQ(send("v", std::vector<double>(rank() + 1 == ranks() ? 1 : 0, 7.)), WEIR_OK);
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  const auto sample = server_->sample({0, 1});
  ASSERT_TRUE(sample);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ((*sample)[i], 1000.f + static_cast<float>(i));
  EXPECT_EQ(sample->back(), 7.f);
}

TEST_P(MpiClient, PutsSharesThatChangeFromStepToStepInRankOrder) {
  constexpr std::size_t total = 30;
  FakeStudy study;
  study.fields = {{"u", total}};
  study.steps = 6;
  connect(study);
  for (int step = 0; step < 6; ++step) {
    // All of it on one rank, another one at each step, but for a value on the first and the last.
    const bool most = step % ranks() == rank();
    std::vector<double> part(most ? total - static_cast<std::size_t>(ranks() - 1) : 1, rank());
    EXPECT_EQ(send("u", part), WEIR_OK) << weir_last_error(client_);
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  for (std::uint64_t step = 0; step < 6; ++step) {
    const auto sample = server_->sample({0, step});
    ASSERT_TRUE(sample) << "step " << step;
    std::vector<float> expected;
    for (int from = 0; from < ranks(); ++from) {
      const bool most = static_cast<int>(step) % ranks() == from;
      expected.insert(expected.end(), most ? total - static_cast<std::size_t>(ranks() - 1) : 1,
                      static_cast<float>(from));
    }
    EXPECT_EQ(*sample, expected) << "step " << step;
  }
}

TEST_P(MpiClient, SendsFieldsOfDifferentShapesToSeveralServerRanks) {
  FakeStudy study;
  study.fields.clear();
  for (const auto& field : shaped_fields)
    study.fields.push_back({field.name, size_of(field.shape)});
  study.steps = 5;
  study.ranks = 2;
  connect(study);
  for (const auto& field : shaped_fields) {
    const ShapedBlock block = block_of(field);
    EXPECT_EQ(weir_subarray(client_, field.name, field.shape.size(), field.shape.data(),
                            block.extent.data(), block.start.data()),
              WEIR_OK)
        << weir_last_error(client_);
  }
  for (int step = 0; step < 5; ++step) {
    for (std::size_t f = 0; f < shaped_fields.size(); ++f) {
      EXPECT_EQ(send(shaped_fields[f].name, values_of(shaped_fields[f], f, step)), WEIR_OK)
          << weir_last_error(client_);
    }
  }
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  for (int step = 0; step < 5; ++step) {
    const auto sample = server_->sample({0, static_cast<std::uint64_t>(step)});
    ASSERT_TRUE(sample) << "step " << step;
    std::size_t at = 0;
    for (std::size_t f = 0; f < shaped_fields.size(); ++f) {
      for (std::size_t k = 0; k < size_of(shaped_fields[f].shape); ++k) {
        ASSERT_EQ((*sample)[at++], static_cast<float>(shaped_value(f, step, k)))
            << shaped_fields[f].name << " value " << k << " of step " << step;
      }
    }
  }
}

TEST_P(MpiClient, SendsAFieldOfManyChunks) {
  const std::size_t rows = 700, columns = 6000;  // 16 MiB: each rank's columns are several chunks
  FakeStudy study;
  study.fields = {{"u", rows * columns}, {"v", rows * columns}};
  study.steps = 1;
  study.window_bytes = 1;  // one sample is let in all the same
  connect(study);
  const auto me = static_cast<std::size_t>(rank()), all = static_cast<std::size_t>(ranks());
  const std::size_t first = columns * me / all, own = columns * (me + 1) / all - first;
  const std::size_t global[] = {rows, columns}, local[] = {rows, own}, start[] = {0, first};
  EXPECT_EQ(weir_subarray(client_, "u", 2, global, local, start), WEIR_OK)
      << weir_last_error(client_);
  std::vector<float> block, share;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = first; column < first + own; ++column)
      block.push_back(static_cast<float>(row * columns + column));
  }
  const std::size_t total = rows * columns;
  for (std::size_t k = total * me / all; k < total * (me + 1) / all; ++k)
    share.push_back(static_cast<float>(k));
  EXPECT_EQ(weir_send_float(client_, "u", block.data(), block.size()), WEIR_OK);
  EXPECT_EQ(weir_send_float(client_, "v", share.data(), share.size()), WEIR_OK);
  expect_finalized(WEIR_OK);
  if (rank() != 0) return;
  const auto sample = server_->sample({0, 0});
  ASSERT_TRUE(sample);
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < sample->size(); ++k)
    wrong += (*sample)[k] != static_cast<float>(k % total);
  EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace weir::test
