// write_checkpoint FOLDER: two cuts of a small study, for readers in other languages; prints what
// the newest one holds.

#include <cstdio>

#include "server/checkpoint/checkpoint.h"
#include "tests/unit/checkpoint/study_in_memory.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  weir::CheckpointFolder folder(weir::posix_file_system(), argv[1]);
  weir::test::StudyInMemory study(/*seed=*/1, /*capacity=*/10);
  for (const std::size_t arrivals : {40u, 2u}) {
    study.overwrite(arrivals);
    auto cut = study.cut();
    const auto written = folder.write_part(cut, 0);
    folder.publish(cut.name);
    study.published(written.places);
  }
  const auto& content = study.content();
  for (std::size_t k = 0; k < content.rows.size(); ++k) {
    const auto& sample = content.store.samples[k];
    std::printf("%u %llu %llu %u", sample.slot, static_cast<unsigned long long>(sample.id.sim),
                static_cast<unsigned long long>(sample.id.step), sample.draws);
    for (const float value : content.rows[k]) std::printf(" %.9g", static_cast<double>(value));
    std::printf("\n");
  }
}
