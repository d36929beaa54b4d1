#include "server/server.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/replay.h"
#include "server/server_rank.h"
#include "src/core/error.h"

namespace weir {

namespace {

/// The first rank that failed and its exit code: a rank that cannot start must not leave its peers
/// waiting.
struct Verdict {
  std::size_t rank = 0;
  int code = 0;
};
Verdict agree_on_start(Collective& collective, int code) {
  const std::int64_t mine[] = {code};
  const std::vector<std::int64_t> codes = collective.gather(mine);
  const auto failed =
      std::find_if(codes.begin(), codes.end(), [](std::int64_t other) { return other != 0; });
  if (failed == codes.end()) return {};
  return {static_cast<std::size_t>(failed - codes.begin()), static_cast<int>(*failed)};
}

}  // namespace

int run_server(const ServerOptions& options, Collective& collective, const Report& report) {
  std::optional<ServerRank> rank;
  std::optional<Replay> replay;
  const auto all_can = [&](const std::function<void()>& step) {
    std::optional<Error> error;
    try {
      step();
    } catch (const Error& caught) {
      error = caught;
    }
    const Verdict verdict = agree_on_start(collective, error ? error->exit_code() : 0);
    if (error && verdict.rank == collective.rank()) report(error->what());
    return verdict.code;
  };
  if (!options.replay.empty()) {
    if (const int code = all_can([&] { replay.emplace(options, collective); })) return code;
    return replay->run();
  }
  if (const int code = all_can([&] { rank.emplace(options, collective); })) return code;
  if (const int code = all_can([&] { rank->prepare(); })) return code;
  try {
    return rank->run();
  } catch (const std::exception& caught) {
    rank->write_failure("rank " + std::to_string(collective.rank()) + ": " + caught.what());
    throw;
  }
}

}  // namespace weir
