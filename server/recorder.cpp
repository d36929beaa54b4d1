#include "server/recorder.h"

#include <span>
#include <vector>

namespace weir {

RecordingResult record(const Study& study, Collective& collective, SampleSource& source,
                       RoundParticipant& participant, DataSetWriter& writer) {
  constexpr std::size_t batch_size = 16;
  constexpr auto wait_at_most = std::chrono::milliseconds(10);
  const std::size_t size = study.simulation.sample_size();
  const std::size_t parameters = study.parameters.size();
  std::vector<float> values(batch_size * size);
  Batch batch;
  batch.targets = values.data();

  RecordingResult result;
  while (true) {
    const Offer offer = source.offer(batch_size);
    const Agreed agreed = agree(collective, offer, participant.before_round());
    participant.after_round(agreed);
    if (agreed.stop || agreed.over) {
      result.stopped = agreed.stop;
      break;
    }
    if (!agreed.step) {
      source.wait(wait_at_most);
      continue;
    }
    source.draw(agreed.draw, batch);
    for (std::size_t k = 0; k < batch.ids.size(); ++k)
      writer.write(batch.ids[k], std::span(batch.parameters).subspan(k * parameters, parameters),
                   std::span(values).subspan(k * size, size), batch.times[k]);
    result.samples += batch.ids.size();
  }
  result.simulations = writer.finish();
  return result;
}

}  // namespace weir
