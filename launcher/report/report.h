#pragma once
// A study, or several beside each other, as one HTML file that needs nothing outside it.

#include <filesystem>
#include <string>
#include <vector>

#include "launcher/report/html.h"
#include "launcher/report/study_record.h"
#include "src/core/file_system.h"

namespace weir {

/// One record: all that it tells. Several: their curves over each other, their results in a table.
/// The size is bounded whatever the length of the training. `served`: null for a file.
/// Precondition: at least one record.
std::string report_page(const std::vector<StudyRecord>& records,
                        const html::Served* served = nullptr);

/// Reads the study in `directory` and writes D/report.html. Errors: Error{environment} when it
/// cannot be written.
void write_own_report(FileSystem& files, const StudyDirectory& directory);

}  // namespace weir
