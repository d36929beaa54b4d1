#pragma once
// What a declaration says of one key of a study file; the parser, the writer and the reference page
// all read it.

#include <limits>
#include <string>
#include <string_view>

namespace weir {

/// Which numbers a key takes. Open ends are infinite.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool above_least = false;  ///< `least` itself is not in the range
  bool below_most = false;   ///< `most` itself is not in the range

  constexpr bool contains(double value) const {
    return (above_least ? value > least : value >= least) &&
           (below_most ? value < most : value <= most);
  }
  constexpr Range up_to(double limit) const { return {least, limit, above_least, false}; }
  constexpr Range below(double limit) const { return {least, limit, above_least, true}; }
  /// "at least 1 and at most 10"; empty when every number is in the range.
  std::string text() const;
};

constexpr Range at_least(double limit) { return {.least = limit}; }
constexpr Range above(double limit) { return {.least = limit, .above_least = true}; }

enum class Needed {
  no,         ///< the member's default in study.h holds
  always,     ///< the study is refused without it
  sometimes,  ///< no default; check_study() says when it must be given
};

/// What a string has to look like.
enum class Form {
  any,
  identifier,  ///< a letter or _, then letters, digits or _
  label,       ///< a letter or digit, then letters, digits, '_', '-' or '.'
  option,   ///< printable ASCII on one line, not beginning with '-', or nothing: what stands behind
            ///< an option of a batch system
  file,     ///< a path, relative to the study file's folder
  program,  ///< an argument vector: a first entry with a '/' is a path, relative to the study
            ///< file's folder
};

/// Texts outlive the key: they are literals.
struct Key {
  std::string_view name;
  Needed needed = Needed::no;
  Range range{};
  Form form = Form::any;
  std::string_view unit{};
  std::string_view meaning{};      ///< one sentence, without a full stop
  std::string_view consequence{};  ///< what a larger, smaller or other value does
};

bool has_form(std::string_view text, Form form);

}  // namespace weir
