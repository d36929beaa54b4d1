#pragma once
// Examining a study before it starts.

#include <filesystem>

#include "src/study/study.h"

namespace weir {

/// Prints the findings that are not ok (all of them with `verbose`); returns their exit code.
int print_findings(const Study& study, const std::filesystem::path& output,
                   const std::filesystem::path& record, bool verbose);

}  // namespace weir
