#pragma once
// Study files: JSON with comments → Study, and back with every default written out.

#include <filesystem>
#include <string>
#include <string_view>

#include "src/study/study.h"

namespace weir {

/// Reads and checks a study. Relative paths in it are taken from `base`. Throws Error{input} naming the JSON pointer,
/// the value and the fix: syntax (line, column), unknown keys with "did you mean", wrong types, values out of range,
/// reversed bounds, names given twice, sizes that contradict each other (watermark > capacity, window < one sample, …).
Study parse_study(std::string_view text, const std::filesystem::path& base);

/// Reads the file; Error{input} when it cannot be read, else as parse_study, each message preceded by the path.
Study load_study(const std::filesystem::path& file);

/// The resolved study as JSON, every default written out; parse_study of it gives the same study.
std::string write_study(const Study& study);

/// A number that two processes agree on exactly when they mean the same samples: fields, sizes, steps, stride,
/// whether times are sent, parameters.
std::uint64_t schema_hash(const Study& study);

/// The page docs/study.md, made from the same declarations that parse.
std::string study_reference();

}  // namespace weir
