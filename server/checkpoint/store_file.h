#pragma once
// The file `store`: a rank's buffer, samples and the places of their rows. docs/formats.md has its
// bytes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/checkpoint/store_cut.h"

namespace weir {

/// Without the ledger, which is a file of its own. Value type.
struct StoreFile {
  StoreState state;
  std::vector<RowPlace> places;  ///< one a sample
  std::uint64_t row_size = 0;    ///< floats
};

std::string encode_store(const StoreState& state, const std::vector<RowPlace>& places,
                         std::uint64_t row_size);
/// Error{input} naming `place`: not such a file, or its size is not that of what it names.
StoreFile decode_store(std::string_view bytes, const std::string& place);

}  // namespace weir
