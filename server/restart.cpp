#include "server/restart.h"

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "src/core/error.h"
#include "src/core/planted_bug.h"
#include "src/wire/endpoint_file.h"

namespace weir {

namespace {

bool ended_well(FileSystem& files, const StudyDirectory& directory) {
  if (!files.exists(directory.summary())) return false;
  const auto summary = nlohmann::json::parse(files.read(directory.summary()), nullptr,
                                             /*allow_exceptions=*/false);
  return summary.is_object() && summary.value("status", "") == "done";
}

/// Empty: it fits. Precondition: the manifest is whole.
std::string misfit(const CutName& cut, const CutName& mine) {
  const std::string name = "checkpoint " + std::to_string(cut.number);
  if (cut.ranks != mine.ranks)
    return name + " was taken by " + std::to_string(cut.ranks) +
           (cut.ranks == 1 ? " server rank" : " server ranks") + ", this server has " +
           std::to_string(mine.ranks) + ": continue with `--ranks " + std::to_string(cut.ranks) +
           "` (mpirun -n " + std::to_string(cut.ranks) + ")";
  if (cut.schema != mine.schema)
    return name +
           " has other fields or steps than the study file: continue with the study.json of "
           "its directory";
  if (cut.study != mine.study)
    return name +
           " is of another study than the study file: continue with the study.json of its "
           "directory";
  return {};
}

struct Finding {
  std::string damage;
  std::string misfit;
};
Finding look_at(const CheckpointFolder& folder, std::uint64_t number, std::size_t rank,
                const CutName& mine) {
  try {
    const std::string wrong = misfit(folder.name_of(number), mine);
    if (!wrong.empty()) return {{}, wrong};
    return {folder.damage(number, rank), {}};
  } catch (const std::exception& error) {
    return {error.what(), {}};
  }
}

}  // namespace

Past look_back(FileSystem& files, const StudyDirectory& directory, const CheckpointFolder& folder,
               bool resume) {
  Past past;
  past.cuts = folder.published();
  if (!resume && !past.cuts.empty())
    throw Error(ErrorKind::input, directory.root.string() +
                                      " holds checkpoints of an earlier run: continue it with "
                                      "--resume, or choose another --output");
  if (resume) past.done = ended_well(files, directory);
  if (files.exists(directory.endpoint()))
    past.epoch = wire::read_endpoint_file(files, directory.endpoint()).epoch +
                 (WEIR_BUG("epoch_not_raised") ? 0 : 1);
  return past;
}

Past agree_on_past(Collective& collective, const Past& past) {
  std::vector<std::int64_t> words;
  if (collective.rank() == 0) {
    words = {static_cast<std::int64_t>(past.epoch), past.done ? 1 : 0};
    words.insert(words.end(), past.cuts.begin(), past.cuts.end());
  }
  const std::vector<std::int64_t> agreed = collective.gather(words);
  return {static_cast<std::uint64_t>(agreed.at(0)),
          agreed.at(1) != 0,
          {agreed.begin() + 2, agreed.end()}};
}

std::optional<std::uint64_t> choose_cut(Collective& collective, const CheckpointFolder& folder,
                                        const std::vector<std::uint64_t>& cuts, const CutName& mine,
                                        const std::function<void(const std::string&)>& warn) {
  for (const std::uint64_t number : cuts) {
    const Finding found = look_at(folder, number, collective.rank(), mine);
    std::vector<std::int64_t> against{found.damage.empty() ? 0 : 1, found.misfit.empty() ? 0 : 1};
    collective.sum(std::span(against));
    const bool whole = against[0] == 0 || WEIR_BUG("resume_from_damaged");
    if (whole && against[1] == 0) return number;
    if (whole)
      throw Error(ErrorKind::input, found.misfit.empty() ? "checkpoint " + std::to_string(number) +
                                                               " does not fit this study"
                                                         : found.misfit);
    warn("checkpoint " + std::to_string(number) + " is damaged and is not used: " +
         (found.damage.empty() ? "another rank's log says how" : found.damage));
  }
  warn("there is no whole checkpoint to go on from: the study starts from nothing");
  return std::nullopt;
}

bool superseded(FileSystem& files, const StudyDirectory& directory, std::uint64_t epoch) {
  return files.exists(directory.endpoint()) &&
         wire::read_endpoint_file(files, directory.endpoint()).epoch > epoch;
}

}  // namespace weir
