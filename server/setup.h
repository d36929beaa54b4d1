#pragma once
// What a server rank needs before it can start: its study, its folders, its log, its place in the
// protocol.

#include <cstdint>
#include <memory>

#include <spdlog/logger.h>

#include "server/collective/collective.h"
#include "server/server.h"
#include "src/core/study_directory.h"
#include "src/study/study.h"
#include "src/wire/aggregator_session.h"

namespace weir {

/// The study as this server runs it: on so many ranks, with the plug-ins that the command names; a
/// recording one keeps every sample once, in order of arrival. Error{input}: the study file, or a
/// recording that cannot be.
Study resolve(const ServerOptions& options, std::size_t ranks);

/// What the program and the study's plug-ins bring. Error{input}: see load_plugins.
Registry registry_of(const ServerOptions& options, const Study& study);

/// Makes the study directory and what the server writes into. Error{environment}.
StudyDirectory open_directory(const ServerOptions& options, const Study& study);

/// A number by which clients and launcher name this study in this directory; the same after a
/// restart, also with other settings of how it is run: identity_of().
std::uint64_t study_id(const Study& study, const StudyDirectory& directory);

/// This rank's log file. Error{environment}.
std::shared_ptr<spdlog::logger> open_log(const StudyDirectory& directory, std::size_t rank);

wire::AggregatorSettings aggregator_settings(const Study& study, std::uint64_t id,
                                             std::uint64_t epoch, const Collective& collective);

}  // namespace weir
