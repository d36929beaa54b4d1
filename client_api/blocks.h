#pragma once
// Where the blocks of a distributed array lie in the whole: what weir_subarray declares.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "src/wire/box.h"

namespace weir::client {

/// One rank's part of a row-major array; an entry an axis, outermost first.
struct Block {
  std::vector<std::size_t> extent, start;
  std::size_t size() const;  ///< values
};

/// The block in an array with these extents.
wire::Box box_of(const std::vector<std::size_t>& global, const Block& block);

/// The ranks' blocks of one field; immutable.
class BlockLayout {
 public:
  /// Receives source (position among the values in rank order), destination (position in the field)
  /// and count.
  using Run = std::function<void(std::size_t source, std::size_t destination, std::size_t count)>;

  /// `field` is named in errors. Failure{WEIR_ERROR_SIZE}: `global` is not `values` values in all,
  /// a block reaches over its edge, or a value belongs to two blocks or to none.
  BlockLayout(const std::string& field, std::size_t values, std::vector<std::size_t> global,
              std::vector<Block> blocks);

  const std::vector<Block>& blocks() const { return blocks_; }
  wire::Box box(std::size_t rank) const;
  /// Calls `run` for each stretch of values that is contiguous in the block and in the field.
  void for_each_run(const Run& run) const;

 private:
  void check_inside(const std::string& field, std::size_t rank) const;
  void check_cover(const std::string& field, std::size_t values) const;
  void check_apart(const std::string& field, std::size_t one, std::size_t other) const;

  std::vector<std::size_t> global_;
  std::vector<Block> blocks_;
};

}  // namespace weir::client
