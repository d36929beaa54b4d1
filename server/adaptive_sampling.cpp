#include "server/adaptive_sampling.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "server/control/rank_event.h"
#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {

namespace {

constexpr auto try_again_after = std::chrono::seconds(1);

std::int64_t word_of(double value) { return std::bit_cast<std::int64_t>(value); }
double double_of(std::int64_t word) { return std::bit_cast<double>(word); }

void append_row(std::vector<std::int64_t>& events, const ParameterRow& row) {
  for (std::size_t d = 0; d < row.values.size(); ++d)
    append(events, {RankEvent::Kind::parameter, static_cast<std::int64_t>(d),
                    static_cast<std::int64_t>(row.sim), word_of(row.values[d])});
}

}  // namespace

AdaptiveSampling::AdaptiveSampling(const Study& study, SettledDesign& design, std::size_t rank,
                                   std::optional<Leader> leader, const Clock& clock)
    : study_(study),
      design_(design),
      rank_(rank),
      clock_(clock),
      losses_(study.simulation.steps),
      leader_(std::move(leader)) {
  if (leader_)
    redraws_.emplace(study, design.base(), std::move(leader_->strategy), leader_->strategy_name);
}

void AdaptiveSampling::on_redraw(std::function<void(std::size_t, const RedrawReport&)> callback) {
  redrawn_ = std::move(callback);
}

void AdaptiveSampling::on_warning(std::function<void(const std::string&)> callback) {
  warned_ = std::move(callback);
}

void AdaptiveSampling::record(std::size_t batches, double mean_loss, std::span<const SampleId> ids,
                              std::span<const float> losses) {
  losses_.record(mean_loss, ids, losses);
  batches_ = batches;
  if (batches % study_.sampling.adaptive.every == 0) due_ = true;
}

void AdaptiveSampling::before_round(RoundInput& input) {
  if (std::exchange(due_, false)) tell_losses(input);
  if (leader_ && clock_.now() >= next_try_) settle_next(input);
}

void AdaptiveSampling::tell_losses(RoundInput& input) {
  for (const auto& [sim, evidence] : losses_.take()) {
    const auto number = static_cast<std::int64_t>(sim);
    const auto rank = static_cast<std::int64_t>(rank_);
    append(input.events, {RankEvent::Kind::loss, rank, number, word_of(evidence.sum)});
    append(input.events, {RankEvent::Kind::loss_samples, rank, number, word_of(evidence.samples)});
  }
  redraw_due_ = leader_.has_value();
}

bool AdaptiveSampling::is_told(std::uint64_t sim) const {
  return std::any_of(told_.begin(), told_.end(),
                     [sim](const ParameterRow& row) { return row.sim == sim; });
}

/// A disk that fails costs time, no study: nothing is handed out until it writes again.
void AdaptiveSampling::settle_next(RoundInput& input) try {
  std::vector<ParameterRow> rows;
  for (const std::uint64_t sim : leader_->controller.to_settle()) {
    if (!is_told(sim)) rows.push_back(redraws_->proposal(sim));
  }
  if (rows.empty()) return;
  leader_->file.append(rows);
  for (const ParameterRow& row : rows) {
    append_row(input.events, row);
    redraws_->forget(row.sim);
  }
  telling_ = std::move(rows);
  warned_of_disk_ = false;
} catch (const Error& error) {
  next_try_ = clock_.now() + try_again_after;
  if (!std::exchange(warned_of_disk_, true))
    warned_(std::string("no simulation is started until its parameters can be written: ") +
            error.what());
}

void AdaptiveSampling::after_round(const Agreed& agreed) {
  if (leader_) {
    // Every rank has heard these: it has entered a round after the one that told them.
    for (const ParameterRow& row : told_) design_.settle(row.sim, row.values);
    told_ = std::exchange(telling_, {});
    hear_losses(agreed.events);
    if (std::exchange(redraw_due_, false)) redraw();
  } else if (!WEIR_BUG("redraw_not_on_all_ranks")) {
    hear_parameters(agreed.events);
  }
}

void AdaptiveSampling::hear_parameters(const std::vector<std::int64_t>& events) {
  std::vector<double> values;
  for (const RankEvent& event : rank_events(events)) {
    if (event.kind != RankEvent::Kind::parameter) continue;
    values.push_back(double_of(event.value));
    if (values.size() == study_.parameters.size())
      design_.settle(static_cast<std::uint64_t>(event.sim), std::exchange(values, {}));
  }
}

void AdaptiveSampling::hear_losses(const std::vector<std::int64_t>& events) {
  if (redraw_due_) memory_.fade();
  for (const RankEvent& event : rank_events(events)) {
    const auto sim = static_cast<std::uint64_t>(event.sim);
    if (event.kind == RankEvent::Kind::loss) memory_.add(sim, {double_of(event.value), 0});
    if (event.kind == RankEvent::Kind::loss_samples) memory_.add(sim, {0, double_of(event.value)});
  }
}

void AdaptiveSampling::redraw() try {
  WEIR_FAILPOINT("trainer.before_redraw");
  std::vector<std::uint64_t> open;
  if (WEIR_BUG("submitted_redrawn")) open.push_back(0);
  for (const std::uint64_t sim : leader_->controller.unsettled()) {
    if (!is_told(sim)) open.push_back(sim);
  }
  redrawn_(batches_, redraws_->redraw(memory_.evidence(), design_, open));
  WEIR_FAILPOINT("trainer.after_redraw");
} catch (const Error& error) {
  leader_->controller.stop({.failed = true, .text = error.what()});
}

AdaptiveState AdaptiveSampling::save() const {
  AdaptiveState state;
  state.losses = losses_.state();
  if (!leader_) return state;
  state.memory = memory_.evidence();
  state.redraws = redraws_->state();
  state.settled = design_.settled();
  return state;
}

void AdaptiveSampling::restore(const AdaptiveState& state) {
  losses_.restore(state.losses);
  if (!leader_) return;
  if (design_.settled() < state.settled)
    throw Error(ErrorKind::input, "parameters.csv has " + std::to_string(design_.settled()) +
                                      " simulations, but the checkpoint was taken when it had " +
                                      std::to_string(state.settled) +
                                      ": restore the file, or begin in another folder");
  memory_.restore(state.memory);
  redraws_->restore(state.redraws);
  // Settled after the cut.
  for (const auto& [sim, row] : state.redraws.proposals)
    if (design_.is_settled(sim)) redraws_->forget(sim);
}

std::vector<ParameterRow> share_rows(Collective& collective, const std::vector<ParameterRow>& rows,
                                     std::size_t parameters) {
  std::vector<std::int64_t> words;
  for (const ParameterRow& row : rows) {
    words.push_back(static_cast<std::int64_t>(row.sim));
    words.push_back(static_cast<std::int64_t>(row.by));
    for (const double value : row.values) words.push_back(word_of(value));
  }
  words = collective.gather(words);
  std::vector<ParameterRow> all;
  for (auto word = words.begin(); word != words.end();) {
    ParameterRow row{static_cast<std::uint64_t>(*word), static_cast<DrawnBy>(*(word + 1)), {}};
    word += 2;
    for (std::size_t d = 0; d < parameters; ++d) row.values.push_back(double_of(*word++));
    all.push_back(std::move(row));
  }
  return all;
}

}  // namespace weir
