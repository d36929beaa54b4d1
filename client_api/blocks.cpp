#include "client_api/blocks.h"

#include "client_api/failure.h"

namespace weir::client {
namespace {

std::string extents_text(const std::vector<std::size_t>& extents) {
  std::string text;
  for (const auto extent : extents) text += (text.empty() ? "" : " × ") + std::to_string(extent);
  return text;
}

/// The product, or `limit` + 1 when it is larger than that (extents are the caller's and may be
/// anything).
std::size_t product_up_to(const std::vector<std::size_t>& extents, std::size_t limit) {
  std::size_t product = 1;
  for (const auto extent : extents) {
    if (extent != 0 && product > limit / extent) return limit + 1;
    product *= extent;
  }
  return product;
}

[[noreturn]] void refuse(const std::string& field, const std::string& what) {
  throw Failure(WEIR_ERROR_SIZE, "weir_subarray of field '" + field + "': " + what);
}

}  // namespace

std::size_t Block::size() const {
  std::size_t values = 1;
  for (const auto n : extent) values *= n;
  return values;
}

BlockLayout::BlockLayout(const std::string& field, std::size_t values,
                         std::vector<std::size_t> global, std::vector<Block> blocks)
    : global_(std::move(global)), blocks_(std::move(blocks)) {
  if (product_up_to(global_, values) != values) {
    refuse(field, "the whole is " + extents_text(global_) + " values, the study says " +
                      std::to_string(values));
  }
  for (std::size_t rank = 0; rank < blocks_.size(); ++rank) check_inside(field, rank);
  check_cover(field, values);
}

void BlockLayout::check_inside(const std::string& field, std::size_t rank) const {
  const auto& block = blocks_[rank];
  for (std::size_t axis = 0; axis < global_.size(); ++axis) {
    if (block.start[axis] <= global_[axis] &&
        block.extent[axis] <= global_[axis] - block.start[axis])
      continue;
    refuse(field, "rank " + std::to_string(rank) + " starts at " +
                      std::to_string(block.start[axis]) + " with " +
                      std::to_string(block.extent[axis]) + " values along axis " +
                      std::to_string(axis) + ", which has " + std::to_string(global_[axis]));
  }
}

void BlockLayout::check_cover(const std::string& field, std::size_t values) const {
  std::vector<bool> covered(values);
  std::size_t total = 0;
  for_each_run([&](std::size_t, std::size_t destination, std::size_t count) {
    for (std::size_t i = destination; i < destination + count; ++i) {
      if (covered[i]) refuse(field, "value " + std::to_string(i) + " belongs to two ranks' blocks");
      covered[i] = true;
    }
    total += count;
  });
  if (total == values) return;
  refuse(field, "the ranks' blocks hold " + std::to_string(total) + " of the " +
                    std::to_string(values) + " values");
}

void BlockLayout::for_each_run(const Run& run) const {
  std::size_t source = 0;
  for (const auto& block : blocks_) {
    const std::size_t length = block.extent.back();
    const std::size_t rows = length == 0 ? 0 : block.size() / length;
    for (std::size_t row = 0; row < rows; ++row, source += length) {
      run(source, row_start(block, row), length);
    }
  }
}

std::size_t BlockLayout::row_start(const Block& block, std::size_t row) const {
  std::size_t position = block.start.back(), stride = global_.back();
  for (std::size_t axis = global_.size() - 1; axis-- > 0;) {
    position += (block.start[axis] + row % block.extent[axis]) * stride;
    row /= block.extent[axis];
    stride *= global_[axis];
  }
  return position;
}

}  // namespace weir::client
