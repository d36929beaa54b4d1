#pragma once
// What a rank that sends does: connects to the server, judges each step of a field, and cuts it
// into frames. The root alone, which gathers the fields, or every rank for its own part.

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

/// Which of the solver's ranks send: rank `part` of `parts`, in this start of it.
struct SolverPart {
  std::uint64_t part = 0, parts = 1, run = 0;
};

/// Used by the solver's thread of its rank.
///
/// Gathered: a send is admit(), then deliver() unless the server has the step already; between the
/// two all ranks learn the verdict, so that what can fail is done in admit(). In parts: each rank
/// does make_room(), the root judges with judge(), then each does send_part(), whose failures it
/// tells with the next call.
class Sender {
 public:
  /// Waits for the endpoint file and for every server rank's Welcome.
  /// Failure: ENVIRONMENT, TIMEOUT, REJECTED.
  Sender(const Environment& environment, const SolverPart& part);

  const std::vector<wire::EndpointField>& fields() const { return endpoint_.fields; }
  const std::vector<double>& parameters() const { return welcomes_.front().parameters; }
  std::uint64_t stride() const { return endpoint_.stride; }
  /// Whether the study wants the physical time of each step.
  bool times() const { return endpoint_.times; }
  /// The first step that is not durable on its server rank; the number of steps when all are. As
  /// the solver counts: `stride` for each step that is sent.
  std::uint64_t resume_step() const { return resume_step_; }
  /// That of all ranks: no later than this one's own.
  void agree_resume_step(std::uint64_t step) { resume_step_ = step; }

  /// The solver's steps below `step` are not sent. Failure{ARGUMENT}: one of them is not durable,
  /// or a step was sent before.
  void start_at(std::uint64_t step);
  /// The solver goes on, with a call that is not sent.
  void pulse() { connection_->pulse(); }

  /// Failure{SIZE} as for BlockLayout; Failure{ARGUMENT}: a step of the field was sent before.
  void set_blocks(std::size_t field, std::vector<std::size_t> global, std::vector<Block> blocks);
  bool has_blocks(std::size_t field) const { return blocks_.contains(field); }

  /// The next step of `field`, of which solver rank r has counts[r] values. Failure: SIZE, STEPS,
  /// and what an earlier deliver() or send_part() met.
  void judge(std::size_t field, std::span<const std::size_t> counts) const;
  /// Judges it, and takes it when it is wanted, at `time` when times are: true; false when the
  /// server has it. Waits for room in the window. Failure: SIZE, STEPS, TIMEOUT, REJECTED.
  bool admit(std::size_t field, double time, std::span<const std::size_t> counts);
  /// Where the values of the admitted step are to be gathered, in rank order.
  std::span<float> gather_buffer() { return gathered_; }
  /// Hands over the admitted step, gathered or of a solver of one rank. Never throws: what goes
  /// wrong here is what the next admit() or drain() throws, on all ranks alike.
  void deliver_gathered() noexcept;
  void deliver(const Values& values) noexcept;

  /// Waits until the window has room for this rank's part of the next step of `field`, of `count`
  /// values. Failure: TIMEOUT, REJECTED.
  void make_room(std::size_t field, std::size_t count);
  /// Sends this rank's part of the next step of `field`, which lies in `box`, unless the server has
  /// the step. Precondition: every rank has made room; a sample that one had begun and another had
  /// no room for would hold a slot, and on several server ranks two simulations could wait for each
  /// other's for ever. Never throws: see failure().
  void send_part(std::size_t field, double time, const wire::Box& box,
                 const Values& values) noexcept;
  /// What went wrong since the last call in which all ranks could learn of it.
  const std::optional<Failure>& failure() const { return deferred_; }

  /// Waits until all is accepted. Failure: TIMEOUT, REJECTED, and as judge().
  void drain();
  /// Takes leave, once every rank that sends has drained: one that has gone can no longer say what
  /// a server that is started again lacks, and the others would wait for it. Failure{STEPS}: fewer
  /// steps than the study has; TIMEOUT, REJECTED.
  void end();

 private:
  void connect();
  void check_welcomes() const;
  std::string stride_text() const;
  std::size_t server_rank(std::uint64_t step) const;
  bool holds(std::uint64_t step) const;
  void pass(std::uint64_t step);
  std::uint64_t first_not_durable() const;
  void check_counts(std::size_t field, std::span<const std::size_t> counts) const;
  void reserve(std::uint64_t step);
  void use_reservation(std::uint64_t step, std::size_t bytes);
  std::string lagging_field() const;
  wire::Data data_of(std::size_t field, std::uint64_t step, double time) const;
  void push() noexcept;
  void push(std::uint64_t step, const StepFrames& frames);
  void throw_deferred() const;
  std::uint64_t fewest_steps() const;
  std::size_t unfinished_bytes() const;

  struct Reservation {  // of a step; bytes
    std::size_t left = 0, pushed = 0;
    std::size_t fields = 0;  // that were pushed
  };
  struct Admitted {
    std::size_t field = 0;
    std::uint64_t step = 0;
    StepFrames frames;
  };

  Environment environment_;
  wire::EndpointFile endpoint_;
  SolverPart part_;
  std::uint64_t resume_step_ = 0;
  std::unique_ptr<Connection> connection_;
  std::vector<wire::Welcome> welcomes_;       // the first of each server rank
  std::shared_ptr<wire::SharedArena> arena_;  // null: no server on this machine
  FramePool pool_;
  std::vector<std::uint64_t> next_step_;           // of each field
  std::uint64_t first_step_ = 0;                   // that was or will be sent
  std::map<std::size_t, BlockLayout> blocks_;      // of the fields that have one
  std::vector<std::size_t> field_bytes_;           // of what this rank sends of each; as last sent
  std::map<std::uint64_t, Reservation> reserved_;  // of steps that miss a field
  std::vector<float> gathered_;
  std::optional<Admitted> admitted_;
  std::optional<Failure> deferred_;
};

}  // namespace weir::client
