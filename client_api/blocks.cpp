#include "client_api/blocks.h"

#include <algorithm>

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

wire::Box box_of(const std::vector<std::size_t>& global, const Block& block) {
  wire::Box box;
  for (std::size_t axis = 0; axis < global.size(); ++axis)
    box.push_back({global[axis], block.extent[axis], block.start[axis]});
  return wire::simplified(box);
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

/// Blocks that lie inside, do not meet, and hold as many values as the field cover it. Only blocks
/// that meet along the first axis are compared.
void BlockLayout::check_cover(const std::string& field, std::size_t values) const {
  std::vector<std::size_t> order;
  std::size_t total = 0;
  for (std::size_t rank = 0; rank < blocks_.size(); ++rank) {
    if (blocks_[rank].size() == 0) continue;
    order.push_back(rank);
    total += blocks_[rank].size();
  }
  const auto start = [this](std::size_t rank) { return blocks_[rank].start.front(); };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return start(a) < start(b); });
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t end = start(order[k]) + blocks_[order[k]].extent.front();
    for (std::size_t other = k + 1; other < order.size() && start(order[other]) < end; ++other) {
      check_apart(field, order[k], order[other]);
    }
  }
  if (total == values) return;
  refuse(field, "the ranks' blocks hold " + std::to_string(total) + " of the " +
                    std::to_string(values) + " values");
}

void BlockLayout::check_apart(const std::string& field, std::size_t one, std::size_t other) const {
  const Block &a = blocks_[one], &b = blocks_[other];
  std::size_t value = 0;  // the first that both have, if they meet
  for (std::size_t axis = 0; axis < global_.size(); ++axis) {
    const std::size_t first = std::max(a.start[axis], b.start[axis]);
    const std::size_t end =
        std::min(a.start[axis] + a.extent[axis], b.start[axis] + b.extent[axis]);
    if (first >= end) return;
    value = value * global_[axis] + first;
  }
  refuse(field, "value " + std::to_string(value) + " belongs to two ranks' blocks, those of rank " +
                    std::to_string(std::min(one, other)) + " and rank " +
                    std::to_string(std::max(one, other)));
}

wire::Box BlockLayout::box(std::size_t rank) const { return box_of(global_, blocks_[rank]); }

void BlockLayout::for_each_run(const Run& run) const {
  std::size_t before = 0;
  for (std::size_t rank = 0; rank < blocks_.size(); ++rank) {
    wire::for_each_run(box(rank),
                       [&](std::size_t source, std::size_t destination, std::size_t count) {
                         run(before + source, destination, count);
                       });
    before += blocks_[rank].size();
  }
}

}  // namespace weir::client
