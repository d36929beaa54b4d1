#pragma once
// What the root rank alone does: connects to the server, judges each step of a field, and cuts it
// into frames.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client_api/blocks.h"
#include "client_api/connection.h"
#include "client_api/environment.h"
#include "client_api/failure.h"
#include "client_api/frames.h"
#include "client_api/values.h"
#include "src/wire/endpoint_file.h"

namespace weir::client {

/// Used by the solver's thread of rank 0. A send is admit(), then deliver() unless the server has
/// the step already; between the two all ranks learn the verdict, so that what can fail is done in
/// admit().
class Sender {
 public:
  /// Waits for the endpoint file and for every server rank's Welcome.
  /// Failure: ENVIRONMENT, TIMEOUT, REJECTED.
  explicit Sender(const Environment& environment);

  const std::vector<wire::EndpointField>& fields() const { return endpoint_.fields; }
  const std::vector<double>& parameters() const { return welcomes_.front().parameters; }
  std::uint64_t stride() const { return endpoint_.stride; }
  /// Whether the study wants the physical time of each step.
  bool times() const { return endpoint_.times; }
  /// The first step that is not durable on its server rank; the number of steps when all are. As
  /// the solver counts: `stride` for each step that is sent.
  std::uint64_t resume_step() const;

  /// The solver's steps below `step` are not sent. Failure{ARGUMENT}: one of them is not durable,
  /// or a step was sent before.
  void start_at(std::uint64_t step);
  /// The solver goes on, with a call that is not sent.
  void pulse() { connection_->pulse(); }

  /// Failure{SIZE} as for BlockLayout; Failure{ARGUMENT}: a step of the field was sent before.
  void set_blocks(std::size_t field, std::vector<std::size_t> global, std::vector<Block> blocks);

  /// The next step of `field`, at `time` when times are wanted, of which solver rank r has
  /// counts[r] values: true when they are wanted, false when the server has them. Waits for room in
  /// the window. Failure: SIZE, STEPS, TIMEOUT, REJECTED.
  bool admit(std::size_t field, double time, std::span<const std::size_t> counts);
  /// Where the values of the admitted step are to be gathered, in rank order.
  std::span<float> gather_buffer() { return gathered_; }
  /// Hands over the admitted step, gathered or of a solver of one rank. Never throws: what goes
  /// wrong here is what the next admit() or finish() throws, on all ranks alike.
  void deliver_gathered() noexcept;
  void deliver(const Values& values) noexcept;

  /// Waits until all is accepted, and takes leave. Failure{STEPS}: fewer steps than the study has;
  /// TIMEOUT, REJECTED.
  void finish();

 private:
  void connect();
  void check_welcomes() const;
  std::string stride_text() const;
  std::size_t server_rank(std::uint64_t step) const;
  bool holds(std::uint64_t step) const;
  void pass(std::uint64_t step);
  void check_counts(std::size_t field, std::span<const std::size_t> counts) const;
  void reserve(std::uint64_t step);
  std::size_t field_bytes(std::size_t field) const;
  std::string lagging_field() const;
  StepFrames make_frames(std::size_t field, std::uint64_t step, double time);
  void push() noexcept;
  void throw_deferred() const;
  std::uint64_t fewest_steps() const;
  std::size_t unfinished_bytes() const;

  struct Admitted {
    std::size_t field = 0;
    std::uint64_t step = 0;
    StepFrames frames;
  };

  Environment environment_;
  wire::EndpointFile endpoint_;
  std::size_t sample_bytes_ = 0;
  std::unique_ptr<Connection> connection_;
  std::vector<wire::Welcome> welcomes_;  // the first of each server rank
  FramePool pool_;
  std::vector<std::uint64_t> next_step_;           // of each field
  std::map<std::size_t, BlockLayout> blocks_;      // of the fields that have one
  std::map<std::uint64_t, std::size_t> reserved_;  // bytes of a step that are still to be pushed
  std::vector<float> gathered_;
  std::optional<Admitted> admitted_;
  std::optional<Failure> deferred_;
};

}  // namespace weir::client
