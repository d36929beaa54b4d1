#include "client_api/client.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include <nlohmann/json.hpp>

#include "client_api/failure.h"
#include "src/core/failpoint.h"
#include "src/core/file_system.h"
#include "src/core/number_text.h"
#include "src/core/planted_bug.h"

namespace weir::client {
namespace {

/// Of one start of the solver; another start shall have another.
std::uint64_t random_number() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

std::vector<std::size_t> to_vector(std::span<const std::uint64_t> numbers) {
  return {numbers.begin(), numbers.end()};
}

/// From each rank's global extents, local extents and start, one after another. Failure{SIZE}: the
/// ranks' global extents differ.
std::vector<Block> blocks_of(std::span<const std::uint64_t> all, std::size_t dimensions) {
  const auto global = to_vector(all.first(dimensions));
  std::vector<Block> blocks;
  for (; !all.empty(); all = all.subspan(3 * dimensions)) {
    if (to_vector(all.first(dimensions)) != global) {
      throw Failure(WEIR_ERROR_SIZE, "weir_subarray: rank " + std::to_string(blocks.size()) +
                                         " gives another global array than rank 0");
    }
    blocks.push_back({to_vector(all.subspan(dimensions, dimensions)),
                      to_vector(all.subspan(2 * dimensions, dimensions))});
  }
  return blocks;
}

}  // namespace

Client::Client(std::unique_ptr<Ranks> ranks, Delivery delivery)
    : delivery_(delivery), ranks_(std::move(ranks)), agreement_(*ranks_) {
  if (in_parts()) {
    connect_parts();
  } else {
    connect();
  }
  share_schema();
}

void Client::connect() {
  agreement_.decide([this] {
    sender_ = std::make_unique<Sender>(read_environment(), SolverPart{});
    return 0;
  });
}

/// The root alone looks at the environment, so that all ranks are of one simulation and one start.
void Client::connect_parts() {
  std::string text;
  agreement_.decide([&] {
    if (ranks_->size() > wire::max_parts) {
      throw Failure(WEIR_ERROR_ARGUMENT, "weir_init_parts on " + std::to_string(ranks_->size()) +
                                             " ranks; at most " + std::to_string(wire::max_parts));
    }
    const Environment environment = read_environment();
    await_endpoint_file(posix_file_system(), environment.study_directory, endpoint_wait);
    nlohmann::json json = {{"directory", environment.study_directory.string()},
                           {"sim", environment.sim},
                           {"attempt", environment.attempt},
                           {"run", random_number()}};
    text = json.dump();
    return 0;
  });
  const auto json = nlohmann::json::parse(agreement_.share(text));
  Part part;
  try {
    const Environment environment{json["directory"].get<std::string>(), json["sim"],
                                  json["attempt"]};
    sender_ = std::make_unique<Sender>(environment,
                                       SolverPart{ranks_->rank(), ranks_->size(), json["run"]});
  } catch (...) {
    part = part_of(current_failure());
  }
  const std::uint64_t own = sender_ ? sender_->resume_step() : 0;
  const std::uint64_t lowest =
      agreement_.decide(part, own, [](const std::vector<std::size_t>& all) {
        return *std::min_element(all.begin(), all.end());
      });
  sender_->agree_resume_step(lowest);
}

void Client::share_schema() {
  std::string text;
  agreement_.decide([&] {
    nlohmann::json json;
    for (const auto& field : sender_->fields()) json["fields"].push_back(field.name);
    json["parameters"] = sender_->parameters();
    json["resume_step"] = sender_->resume_step();
    json["stride"] = sender_->stride();
    json["times"] = sender_->times();
    text = json.dump();
    return 0;
  });
  const auto json = nlohmann::json::parse(agreement_.share(text));
  schema_.fields = json["fields"].get<std::vector<std::string>>();
  schema_.parameters = json["parameters"].get<std::vector<double>>();
  schema_.resume_step = json["resume_step"];
  schema_.stride = json["stride"];
  schema_.times = json["times"];
  calls_.resize(schema_.fields.size());
  boxes_.resize(schema_.fields.size());
  counts_.resize(schema_.fields.size());
}

std::size_t Client::find_field(const char* field) const {
  if (field == nullptr) throw Failure(WEIR_ERROR_ARGUMENT, "the field's name is a null pointer");
  std::string known;
  for (std::size_t index = 0; index < schema_.fields.size(); ++index) {
    if (schema_.fields[index] == field) return index;
    known += (index == 0 ? "'" : ", '") + schema_.fields[index] + "'";
  }
  throw Failure(WEIR_ERROR_ARGUMENT,
                "the study has no field '" + std::string(field) + "'; it has " + known);
}

/// Of the step that `field` sends next. Failure{ARGUMENT}: the study wants it, and nobody said it.
double Client::time_of(std::size_t field) const {
  if (!schema_.times) return 0;
  if (said_time_ && said_time_->step == calls_[field]) return said_time_->time;
  throw Failure(WEIR_ERROR_ARGUMENT,
                "the study wants the time of each step (/simulation/time/sent), and weir_time was "
                "not called for step " +
                    std::to_string(calls_[field]) + " of field '" + schema_.fields[field] +
                    "': call it before the first weir_send of each step");
}

void Client::set_time(double time) {
  if (!std::isfinite(time)) {
    throw Failure(WEIR_ERROR_ARGUMENT, "weir_time: the time of step " +
                                           std::to_string(calls_.front()) + " is " +
                                           exact_number_text(time) + "; it has to be finite");
  }
  const auto [least, most] = std::minmax_element(calls_.begin(), calls_.end());
  if (*least != *most) {
    const auto name = [&](auto position) {
      return "'" + schema_.fields[static_cast<std::size_t>(position - calls_.begin())] + "'";
    };
    throw Failure(WEIR_ERROR_ARGUMENT,
                  "weir_time: field " + name(most) + " of step " + std::to_string(*least) +
                      " was sent, and field " + name(least) +
                      " was not; say the time of a step before its first field is sent");
  }
  said_time_ = SaidTime{*least, time};
}

template <class Check>
Part Client::check_part(const char* field, const Check& check) const {
  Part part;
  try {
    part.field = find_field(field);
    check(part);
  } catch (...) {
    const std::size_t known = part.field;
    part = part_of(current_failure());
    part.field = known;
  }
  return part;
}

/// A call between two that are sent: every rank knows by itself, so none waits for another. A field
/// that is not known is no such call, and its error is told to all.
bool Client::passes_over(const char* field) {
  if (schema_.stride == 1 || field == nullptr) return false;
  const auto known = std::find(schema_.fields.begin(), schema_.fields.end(), field);
  if (known == schema_.fields.end()) return false;
  auto& calls = calls_[static_cast<std::size_t>(known - schema_.fields.begin())];
  if (calls % schema_.stride == (WEIR_BUG("stride_off_by_one") ? 1 : 0)) return false;
  ++calls;
  if (sender_) sender_->pulse();
  return true;
}

void Client::send(const char* field, const Values& given) {
  if (passes_over(field)) return;
  Values values = given;
  const std::size_t count = count_of(values);
  Part part = own_failure();
  if (part.status == WEIR_OK) {
    part = check_part(field, [&](Part& mine) {
      mine.time = time_of(mine.field);
      const bool null = std::visit([](const auto& all) { return all.data() == nullptr; }, values);
      if (null && count > 0) throw Failure(WEIR_ERROR_ARGUMENT, "the values are a null pointer");
      values = device_values_.readable(values);
      if (in_parts()) return sender_->make_room(mine.field, count);
      if (ranks_->size() > 1 && !ranks_->root()) staging_.resize(count);
    });
  }
  if (in_parts()) {
    send_part(part, values);
  } else {
    send_gathered(part, values);
  }
}

void Client::send_gathered(const Part& part, const Values& values) {
  const std::size_t count = count_of(values);
  std::vector<std::size_t> counts;
  const bool wanted = agreement_.decide(part, count, [&](std::vector<std::size_t> all) {
    counts = std::move(all);
    return sender_->admit(part.field, part.time, counts);
  });
  ++calls_[part.field];
  if (!wanted) return;
  if (ranks_->size() == 1) return sender_->deliver(values);
  const std::span<float> mine = ranks_->root() ? sender_->gather_buffer() : std::span(staging_);
  convert(values, 0, mine.first(count));
  WEIR_FAILPOINT("client.before_gather");
  ranks_->gather_values(mine, counts);
  WEIR_FAILPOINT("client.after_gather");
  if (ranks_->root()) sender_->deliver_gathered();
}

/// In parts every rank can fail by itself; the others learn of it in the next call.
Part Client::own_failure() const {
  if (!in_parts() || !sender_->failure()) return {};
  return part_of(*sender_->failure());
}

void Client::send_part(const Part& part, const Values& values) {
  const std::size_t count = count_of(values);
  auto& counts = counts_[part.field];
  const bool changed = agreement_.decide(part, count, [&](const std::vector<std::size_t>& all) {
    sender_->judge(part.field, all);
    if (sender_->has_blocks(part.field) ||
        std::equal(all.begin(), all.end(), counts.begin(), counts.end()))
      return false;
    counts.assign(all.begin(), all.end());
    return true;
  });
  if (changed) {
    counts.resize(ranks_->size());
    ranks_->broadcast(std::as_writable_bytes(std::span(counts)));
  }
  ++calls_[part.field];
  sender_->send_part(part.field, part.time, box_of_part(part.field, count), values);
}

/// Without weir_subarray the field is the ranks' values one after another.
wire::Box Client::box_of_part(std::size_t field, std::size_t count) {
  if (!boxes_[field].empty()) return boxes_[field];
  const auto& counts = counts_[field];
  const auto own = counts.begin() + static_cast<std::ptrdiff_t>(ranks_->rank());
  const auto zero = std::uint64_t{0};
  return {{std::accumulate(counts.begin(), counts.end(), zero), count,
           std::accumulate(counts.begin(), own, zero)}};
}

void Client::start_at(std::size_t step) {
  const auto all = ranks_->gather_words({{std::uint64_t{step}}});
  agreement_.decide([&] {
    for (const auto other : all) {
      if (other == step) continue;
      throw Failure(WEIR_ERROR_ARGUMENT, "weir_start_at: the ranks give different steps, " +
                                             std::to_string(step) + " and " +
                                             std::to_string(other));
    }
    sender_->start_at(step);
    return 0;
  });
  if (in_parts() && !ranks_->root()) sender_->start_at(step);  // as the root could, so can all
  calls_.assign(calls_.size(), step);
}

void Client::subarray(const char* field, std::span<const std::size_t> global,
                      std::span<const std::size_t> local, std::span<const std::size_t> start) {
  const std::size_t dimensions = global.size();
  const Part part = check_part(field, [&](const Part&) {
    if (dimensions >= 1 && dimensions <= wire::max_axes) return;
    throw Failure(WEIR_ERROR_ARGUMENT, std::to_string(dimensions) +
                                           " dimensions; weir_subarray takes 1 to " +
                                           std::to_string(wire::max_axes));
  });
  agreement_.decide(part, dimensions, [&](const std::vector<std::size_t>& all) {
    for (const auto other : all) {
      if (other != dimensions)
        throw Failure(WEIR_ERROR_ARGUMENT, "the ranks give different numbers of dimensions");
    }
    return 0;
  });
  std::vector<std::uint64_t> mine(global.begin(), global.end());
  mine.insert(mine.end(), local.begin(), local.end());
  mine.insert(mine.end(), start.begin(), start.end());
  const auto all = ranks_->gather_words(mine);
  agreement_.decide([&] {
    sender_->set_blocks(part.field, {global.begin(), global.end()}, blocks_of(all, dimensions));
    return 0;
  });
  boxes_[part.field] = box_of({global.begin(), global.end()},
                              {{local.begin(), local.end()}, {start.begin(), start.end()}});
}

void Client::finish() {
  WEIR_FAILPOINT("client.before_finalize");
  if (in_parts()) return finish_parts();
  agreement_.decide([this] {
    sender_->drain();
    sender_->end();
    return 0;
  });
}

/// A rank that has failed sends nothing more, and what the others wait for never comes: all learn
/// of it first. None takes leave while another waits.
void Client::finish_parts() {
  const auto all_well = [](const std::vector<std::size_t>&) { return 0; };
  const auto tried = [](const auto& act) {
    try {
      act();
      return Part{};
    } catch (...) {
      return part_of(current_failure());
    }
  };
  agreement_.decide(own_failure(), 0, all_well);
  agreement_.decide(tried([this] { sender_->drain(); }), 0, all_well);
  agreement_.decide(tried([this] { sender_->end(); }), 0, all_well);
}

}  // namespace weir::client
