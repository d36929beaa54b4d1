#pragma once
// A client of the C interface: the collective part of each call, the same for one rank and for
// many.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client_api/agreement.h"
#include "client_api/device_values.h"
#include "client_api/ranks.h"
#include "client_api/sender.h"
#include "client_api/values.h"
#include "src/wire/box.h"

namespace weir::client {

enum class Delivery {
  gathered,  ///< on the root, which alone is connected
  in_parts,  ///< each rank sends what it has
};

/// Calls are collective over the ranks, but for parameters() and resume_step(). Each throws the
/// same Failure status on all ranks; a rank whose own argument was wrong says so in its own words.
class Client {
 public:
  /// Failure: ENVIRONMENT, TIMEOUT, REJECTED, MPI, MEMORY, INTERNAL.
  Client(std::unique_ptr<Ranks> ranks, Delivery delivery);

  const std::vector<double>& parameters() const { return schema_.parameters; }
  std::uint64_t resume_step() const { return schema_.resume_step; }
  void start_at(std::size_t step);
  /// Of the step that every field sends next; of no other. Local.
  void set_time(double time);
  void subarray(const char* field, std::span<const std::size_t> global,
                std::span<const std::size_t> local, std::span<const std::size_t> start);
  void send(const char* field, const Values& values);
  void finish();

 private:
  struct Schema {  ///< what every rank knows of the study
    std::vector<std::string> fields;
    std::vector<double> parameters;
    std::uint64_t resume_step = 0;
    std::uint64_t stride = 1;
    bool times = false;
  };

  bool in_parts() const { return delivery_ == Delivery::in_parts; }
  void connect();
  void connect_parts();
  void share_schema();
  Part own_failure() const;
  void send_gathered(const Part& part, const Values& values);
  void send_part(const Part& part, const Values& values);
  wire::Box box_of_part(std::size_t field, std::size_t count);
  void finish_parts();
  template <class Check>
  Part check_part(const char* field, const Check& check) const;
  std::size_t find_field(const char* field) const;
  bool passes_over(const char* field);
  double time_of(std::size_t field) const;

  const Delivery delivery_;
  std::unique_ptr<Ranks> ranks_;
  const Agreement agreement_;
  std::unique_ptr<Sender> sender_;  // of the root, or in parts
  Schema schema_;
  DeviceValues device_values_;
  std::vector<std::uint64_t> calls_;  // of send, of each field; start_at counts as calls
  struct SaidTime {
    std::uint64_t step;  ///< as calls_ counts
    double time;
  };
  std::optional<SaidTime> said_time_;  // the latest
  std::vector<float> staging_;         // gathered: this rank's values as FP32; empty on the root
  // In parts:
  std::vector<wire::Box> boxes_;                    // of each field; empty: in rank order
  std::vector<std::vector<std::uint64_t>> counts_;  // of each field in rank order, as last sent
};

}  // namespace weir::client
