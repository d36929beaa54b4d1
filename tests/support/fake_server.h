#pragma once
// A server for tests of the client: the real protocol over real sockets, with samples kept in
// memory instead of trained on.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "src/core/sample_id.h"
#include "src/wire/endpoint_file.h"
#include "src/wire/sample_sink.h"

namespace weir::test {

struct FakeStudy {
  std::vector<wire::EndpointField> fields = {{"u", 12}};
  std::uint64_t steps = 3;
  std::uint64_t stride = 1;
  bool times = false;  ///< the client says them
  std::vector<double> parameters = {1.5, -2.0};
  std::size_t ranks = 1;
  std::uint64_t simulations = 1;         ///< higher numbers are refused
  std::uint64_t window_bytes = 1 << 20;  ///< of a client
  double timeout = 20;                   ///< seconds
  std::size_t room = 1 << 20;            ///< samples per rank that are taken before give_room
  std::uint64_t epoch = 1;
  std::set<SampleId> held;  ///< from the start, as if an earlier epoch had accepted them
  bool tcp = false;         ///< an ephemeral port instead of ipc in the study directory
};

/// The samples of one server rank. Thread-safe where it says so.
class FakeSink final : public wire::SampleSink {
 public:
  explicit FakeSink(const FakeStudy& study, std::size_t rank);

  std::size_t room() const override;
  wire::Begin begin(SampleId id) override;
  float* row(wire::Slot slot, std::size_t field) override;
  void set_time(wire::Slot slot, double time) override;
  wire::CommitStatus commit(wire::Slot slot) override;
  void abandon(wire::Slot slot) override;
  std::vector<std::uint8_t> held(std::uint64_t sim) const override;
  std::vector<std::uint8_t> durable(std::uint64_t sim) const override;
  bool complete(std::uint64_t sim) const override;

  void give_room(std::size_t samples);  ///< thread-safe
  void publish();                       ///< thread-safe: all that is accepted is durable
  void hold(SampleId id);               ///< thread-safe: as if it had been accepted before
  std::optional<std::vector<float>> sample(
      SampleId id) const;                         ///< thread-safe; fields one after another
  std::optional<double> time(SampleId id) const;  ///< thread-safe; as it was said
  std::size_t accepted() const;                   ///< thread-safe
  bool wait_for_accepted(std::size_t samples,
                         double seconds) const;  ///< thread-safe; false: not in time

 private:
  struct Filling {
    SampleId id;
    std::vector<float> values;
    std::optional<double> time{};
  };

  const FakeStudy study_;
  const std::size_t rank_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::size_t room_;
  std::map<wire::Slot, Filling> filling_;
  wire::Slot next_slot_ = 0;
  std::map<SampleId, std::vector<float>> samples_;
  std::map<SampleId, double> times_;
  std::set<SampleId> durable_;
};

/// Writes the endpoint file of `study_directory` and serves until it is destroyed, a thread a
/// server rank. One of a higher epoch may take the place of another.
class FakeServer {
 public:
  FakeServer(const std::filesystem::path& study_directory, const FakeStudy& study);
  ~FakeServer();

  FakeSink& rank(std::size_t rank);
  /// From whichever rank it belongs to.
  std::optional<std::vector<float>> sample(SampleId id) const;
  std::optional<double> time(SampleId id) const;
  std::size_t accepted() const;   ///< on all ranks
  std::size_t connected() const;  ///< Hellos that were welcomed, on all ranks
  std::size_t ended() const;      ///< Ends that came, on all ranks

 private:
  struct Rank;
  FakeStudy study_;
  std::vector<std::unique_ptr<Rank>> ranks_;
};

/// The endpoint file of a server that would listen at `endpoints`.
void write_fake_endpoints(const std::filesystem::path& study_directory, const FakeStudy& study,
                          const std::vector<std::string>& endpoints);

}  // namespace weir::test
