#include "server/training/round.h"

#include <array>

namespace weir {
namespace {

/// Places of the control word; each is the sum over all ranks once it has been reduced.
enum Place : std::size_t {
  below,
  full,
  unfinished,
  stop,
  cut,
  cut_unwritten,
  cut_failed,
  cut_published,
  reception_over,
  samples,
  events,
  places,
};
using ControlWord = std::array<std::int64_t, places>;

ControlWord control_word(const Collective& collective, const Offer& offer,
                         const RoundInput& input) {
  ControlWord word{};
  word[below] = offer.readiness == Readiness::below;
  word[full] = offer.readiness == Readiness::full;
  word[unfinished] = offer.readiness != Readiness::over;
  word[stop] = input.stop;
  const bool first = collective.rank() == 0;
  word[cut] = first && input.cut;
  word[cut_unwritten] = !input.cut_written;
  word[cut_failed] = input.cut_failed;
  word[cut_published] = first && input.cut_published;
  word[reception_over] = first && input.reception_over;
  word[samples] = static_cast<std::int64_t>(offer.samples);
  word[events] = static_cast<std::int64_t>(input.events.size());
  return word;
}

}  // namespace

Agreed agree(Collective& collective, const Offer& offer, const RoundInput& input) {
  ControlWord word = control_word(collective, offer, input);
  collective.sum(std::span<std::int64_t>(word));
  Agreed agreed;
  agreed.stop = word[stop] > 0;
  agreed.over = word[unfinished] == 0;
  agreed.cut = word[cut] > 0;
  agreed.cut_written = word[cut_unwritten] == 0;
  agreed.cut_failed = word[cut_failed] > 0;
  agreed.cut_published = word[cut_published] > 0;
  agreed.reception_over = word[reception_over] > 0;
  agreed.step = !agreed.stop && (word[below] == 0 || word[full] > 0) && word[samples] > 0;
  if (agreed.step) {
    agreed.draw = offer.samples;
    agreed.total = static_cast<std::size_t>(word[samples]);
  }
  if (word[events] > 0) agreed.events = collective.gather(input.events);
  return agreed;
}

}  // namespace weir
