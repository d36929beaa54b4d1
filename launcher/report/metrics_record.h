#pragma once
// What metrics.jsonl tells of a training.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct TrainPoint {
  double batch = 0, seconds = 0, samples = 0, loss = 0, learning_rate = 0, samples_per_second = 0;
};

struct ValidationPoint {
  double batch = 0, seconds = 0;
  double samples = 0;  ///< trained on by then, as the records `train` say, or go on to say
  double loss = 0;     ///< NaN of rollouts
  double relative_l2 = 0;
};

struct BufferPoint {
  double batch = 0, seconds = 0, unseen = 0, seen = 0;
};

struct CheckpointPoint {
  double number = 0, batch = 0, seconds = 0, pause_seconds = 0, write_seconds = 0, bytes = 0;
};

/// Of one field; NaN where nothing is told.
struct FieldErrorRecord {
  std::string name;
  double mse = 0, relative_l2 = 0, maximum = 0;
  std::vector<double> step_mse, step_relative_l2, step_maximum;  ///< one a time step
};

struct MetricsRecord {
  std::vector<TrainPoint> train;
  std::vector<ValidationPoint> validations, rollouts;
  std::vector<BufferPoint> buffer;
  std::vector<CheckpointPoint> checkpoints;
  std::vector<double> repeats;  ///< repeats[k]: samples that were drawn k times
  std::vector<FieldErrorRecord> fields, rollout_fields;  ///< of the last validation and rollout
  std::size_t passed_over = 0;                           ///< lines that are no records
};

/// `lines`: the file's content, or what has come to it since the last call. Throws nothing: lines
/// that cannot be read are counted.
void add_metrics(std::string_view lines, MetricsRecord& record);

/// Of the file's whole content.
MetricsRecord parse_metrics(std::string_view text);

}  // namespace weir
