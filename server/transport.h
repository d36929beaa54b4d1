#pragma once
// How a server rank listens: the study's transport, with its keys.

#include <cstddef>
#include <memory>

#include <spdlog/logger.h>

#include "src/core/study_directory.h"
#include "src/study/study.h"
#include "src/wire/study_channel.h"

namespace weir {

wire::StudyTransport transport_of(const Study& study);

/// Bytes of the largest frame that a client or launcher of this study has to send; a peer that
/// announces more is cut off before anything is allocated for it.
std::size_t largest_message(const Study& study);

/// Binds this rank's channel, and warns where anybody could send to it. Errors as
/// wire::listen_for_study; nothing collective.
std::unique_ptr<wire::ServerChannel> open_channel(const Study& study,
                                                  const StudyDirectory& directory, std::size_t rank,
                                                  spdlog::logger& log);

}  // namespace weir
