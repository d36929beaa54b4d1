#pragma once
// Text → JSON value, stricter than the library: comments are allowed, a key given twice is not.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace weir {

using Json = nlohmann::json;

/// Throws Error{input}: "line 3, column 5: …" for what is no JSON, a JSON pointer for a key given
/// twice or for more than 32 levels.
Json parse_json(std::string_view text);

/// `pointer` with one more token, escaped as RFC 6901 says.
std::string child(const std::string& pointer, std::string_view token);

/// A value as a message shows it: JSON, cut when it is long.
std::string shown(const Json& value);

}  // namespace weir
