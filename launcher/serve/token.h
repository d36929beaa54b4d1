#pragma once
// The secret part of an address: who knows it may read, nobody else.

#include <string>
#include <string_view>

namespace weir {

/// 128 bits of the system's random source as 32 hexadecimal digits. Error{environment}: the system
/// has none.
std::string make_token();

/// Takes as long whatever the place of the first difference.
bool is_same_secret(std::string_view a, std::string_view b);

}  // namespace weir
