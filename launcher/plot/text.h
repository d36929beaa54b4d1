#pragma once
// Texts and numbers as they stand in a picture or a page.

#include <string>
#include <string_view>

namespace weir::plot {

/// For the text of an element and for an attribute in quotes, of XML and HTML. Control characters
/// and bytes that are no UTF-8 become U+FFFD.
std::string escaped(std::string_view text);

/// For people: four significant digits, "12 500", "1.25×10⁻⁵", "∞", "–" for NaN.
std::string number(double value);
/// The same with as many digits as tell ticks apart that are `step` from each other.
std::string tick_number(double value, double step);

/// Of a place in a picture, to a tenth of a pixel; of what is not finite, 0.
std::string coordinate(double pixels);

}  // namespace weir::plot
