#pragma once
// The solver's values as it has them, and their conversion to the FP32 that is sent.

#include <cstddef>
#include <span>
#include <variant>

namespace weir::client {

/// The caller's buffer; it is read during the call only.
using Values = std::variant<std::span<const double>, std::span<const float>>;

inline std::size_t count_of(const Values& values) {
  return std::visit([](const auto& span) { return span.size(); }, values);
}

/// Writes values[first … first + out.size()) to `out`. A double beyond FP32's range becomes an
/// infinity, which the study's policy for non-finite values then judges.
inline void convert(const Values& values, std::size_t first, std::span<float> out) {
  std::visit(
      [&](const auto& all) {
        const auto* from = all.data() + first;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(from[i]);
      },
      values);
}

}  // namespace weir::client
