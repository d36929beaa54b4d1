#pragma once
// The sections of a report. Those that take several records draw all studies over each other; each
// says in a sentence what it lacks.

#include <span>
#include <string>

#include "launcher/report/html.h"
#include "launcher/report/study_record.h"

namespace weir {

using Records = std::span<const StudyRecord>;

/// How the study ended and its main numbers; of several a table of them beside each other.
std::string results_section(Records records);
std::string losses_section(Records records);
std::string throughput_section(Records records);
std::string buffer_section(Records records);
std::string errors_section(Records records);

std::string draws_section(const StudyRecord& record);
std::string parameters_section(const StudyRecord& record);
std::string pictures_section(const StudyRecord& record);
std::string timeline_section(const StudyRecord& record);
std::string study_section(const StudyRecord& record);
std::string host_section(const StudyRecord& record);

/// Of several: the keys in which their studies differ.
std::string differences_section(Records records);

}  // namespace weir
