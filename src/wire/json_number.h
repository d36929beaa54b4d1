#pragma once
// Whole numbers out of JSON that anybody may have written.

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace weir::wire {

/// nlohmann's own conversion takes 1e300 or -1 for an unsigned number and makes something of it.
/// std::out_of_range: no whole number, or none that a T holds. Errors of `json.at(key)`.
template <std::integral T, class Json>
T whole_number(const Json& json, const char* key) {
  const auto& value = json.at(key);
  const auto fits = [](auto number) { return std::in_range<T>(number); };
  if (value.is_number_unsigned() && fits(value.template get<std::uint64_t>()))
    return static_cast<T>(value.template get<std::uint64_t>());
  if (value.is_number_integer() && !value.is_number_unsigned() &&
      fits(value.template get<std::int64_t>()))
    return static_cast<T>(value.template get<std::int64_t>());
  throw std::out_of_range(std::string(key) + " is no whole number in range: " + value.dump());
}

template <std::integral T, class Json>
void get_whole_number(const Json& json, const char* key, T& number) {
  number = whole_number<T>(json, key);
}

}  // namespace weir::wire
