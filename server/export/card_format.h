#pragma once
// What card.json says of itself; readers compare it. docs/exported_model.md describes the rest.

namespace weir {

inline constexpr const char* card_format = "weir-model";
inline constexpr int card_version = 1;

}  // namespace weir
