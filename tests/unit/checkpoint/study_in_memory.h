#pragma once
// A study without threads or sockets: slots whose rows are overwritten as a test likes, cut and
// compared with what a checkpoint gives back.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/checkpoint/checkpoint.h"
#include "src/core/random.h"

namespace weir::test {

/// What a cut was taken of; value type.
struct StudyContent {
  CutName name;
  TrainingState training;
  StoreState store;
  std::vector<std::vector<float>> rows;  ///< one a sample
  std::vector<RowPlace> places{};        ///< of a checkpoint that was read: one a sample
  std::string server;
};

/// One rank's samples, training state and server's state, all made up from the seed. Not
/// thread-safe.
class StudyInMemory {
 public:
  static constexpr std::size_t row_size = 5;  ///< floats

  StudyInMemory(std::uint64_t seed, std::size_t capacity, std::size_t rank = 0,
                std::size_t ranks = 1);

  /// Puts new samples into `count` random slots, and trains a little.
  void overwrite(std::size_t count);
  /// Takes samples out of `count` random slots.
  void take_out(std::size_t count);
  /// The next cut.
  RankCut cut();
  /// What the last cut() was taken of.
  const StudyContent& content() const { return content_; }
  /// The last cut was published.
  void published(const std::vector<RowPlace>& places);
  /// Goes on from a checkpoint, as a restart does.
  void restore(const StudyContent& content);

 private:
  struct Sample {
    SampleId id;
    std::uint32_t draws = 0;
    double time = 0;
    std::vector<float> row;
    std::optional<RowPlace> place;
  };
  TrainingState training_state() const;
  StoreState store_state();

  Random random_;
  std::size_t rank_, ranks_;
  std::vector<std::optional<Sample>> slots_;
  Ledger ledger_;
  std::uint64_t arrived_ = 0, cuts_ = 0;
  StudyContent content_;
};

/// Reads the newest valid checkpoint of a rank as a restart does; nothing when there is none.
/// Fails the test when what is valid cannot be read.
std::optional<StudyContent> load_newest(const CheckpointFolder& folder, std::size_t rank = 0,
                                        std::size_t ranks = 1);

/// Whether both are the same to the bit, with the name of what is not in `difference`.
bool same(const StudyContent& a, const StudyContent& b, std::string& difference);

}  // namespace weir::test
