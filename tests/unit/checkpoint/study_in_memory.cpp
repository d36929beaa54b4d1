#include "tests/unit/checkpoint/study_in_memory.h"

#include <algorithm>
#include <utility>

namespace weir::test {
namespace {

constexpr std::size_t steps = 10;

class MemoryCut final : public StoreCut {
 public:
  MemoryCut(StoreState state, std::vector<std::optional<RowPlace>> places,
            std::vector<std::vector<float>> rows)
      : state_(std::move(state)), places_(std::move(places)), rows_(std::move(rows)) {}

  const StoreState& state() const override { return state_; }
  std::size_t row_size() const override { return StudyInMemory::row_size; }
  const std::vector<std::optional<RowPlace>>& places() const override { return places_; }
  std::optional<std::size_t> next() override {
    while (next_ < rows_.size() && places_[next_]) ++next_;
    return next_ < rows_.size() ? std::optional(next_++) : std::nullopt;
  }
  void read(std::size_t sample, std::span<float> row) override {
    std::copy(rows_[sample].begin(), rows_[sample].end(), row.begin());
  }

 private:
  StoreState state_;
  std::vector<std::optional<RowPlace>> places_;
  std::vector<std::vector<float>> rows_;
  std::size_t next_ = 0;
};

}  // namespace

StudyInMemory::StudyInMemory(std::uint64_t seed, std::size_t capacity, std::size_t rank,
                             std::size_t ranks)
    : random_(seed, "study", rank),
      rank_(rank),
      ranks_(ranks),
      slots_(capacity),
      ledger_(steps, rank, ranks) {}

void StudyInMemory::overwrite(std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    Sample sample;
    // The rank's own steps, one after another.
    const std::uint64_t number = arrived_++ * ranks_ + rank_;
    sample.id = {.sim = number / steps, .step = number % steps};
    sample.draws = static_cast<std::uint32_t>(random_.below(9));
    sample.time = random_.uniform();
    sample.row.resize(row_size);
    for (auto& value : sample.row) value = static_cast<float>(random_.uniform());
    ledger_.accept(sample.id);
    slots_[random_.below(slots_.size())] = std::move(sample);
  }
}

void StudyInMemory::take_out(std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) slots_[random_.below(slots_.size())].reset();
}

RankCut StudyInMemory::cut() {
  ++cuts_;
  content_.name = {.number = cuts_,
                   .batch = cuts_ * 100,
                   .epoch = 1,
                   .study = 0xfedcba9876543210,
                   .schema = 7,
                   .ranks = ranks_};
  content_.training = training_state();
  content_.store = store_state();
  content_.server = "{\"seconds\": " + std::to_string(cuts_) + "}";
  content_.rows.clear();
  std::vector<std::optional<RowPlace>> places;
  for (const auto& slot : slots_) {
    if (!slot) continue;
    content_.rows.push_back(slot->row);
    places.push_back(slot->place);
  }
  RankCut cut;
  cut.name = content_.name;
  cut.rank = rank_;
  if (rank_ == 0) cut.training = content_.training;
  cut.store = std::make_unique<MemoryCut>(content_.store, places, content_.rows);
  cut.server = content_.server;
  return cut;
}

void StudyInMemory::published(const std::vector<RowPlace>& places) {
  for (std::size_t k = 0; k < places.size(); ++k) {
    auto& slot = slots_[content_.store.samples[k].slot];
    if (slot && slot->id == content_.store.samples[k].id) slot->place = places[k];
  }
}

void StudyInMemory::restore(const StudyContent& content) {
  slots_.assign(slots_.size(), std::nullopt);
  for (std::size_t k = 0; k < content.rows.size(); ++k) {
    const auto& [slot, id, draws, time] = content.store.samples[k];
    slots_[slot] = {
        .id = id, .draws = draws, .time = time, .row = content.rows[k], .place = content.places[k]};
  }
  ledger_ = content.store.ledger;
  cuts_ = content.name.number;
}

TrainingState StudyInMemory::training_state() const {
  TrainingState state{.batch = cuts_ * 100, .tensors = {}, .scalars = "{\"loss\": 0.25}"};
  for (const char* name : {"model/0.weight", "optimizer/0/exp_avg"}) {
    StateTensor tensor{.name = name, .shape = {2, 3}, .bytes = StateBytes(24)};
    for (auto& byte : tensor.bytes) byte = static_cast<std::byte>(cuts_ + tensor.name.size());
    state.tensors.push_back(std::move(tensor));
  }
  return state;
}

StoreState StudyInMemory::store_state() {
  StoreState state{.buffer = {},
                   .samples = {},
                   .repeats = {1, 0.5, static_cast<double>(cuts_)},
                   .ledger = ledger_,
                   .history_bytes = cuts_ * 8};
  for (Slot slot = 0; slot < slots_.size(); ++slot) {
    if (!slots_[slot]) {
      state.buffer.free.push_back(slot);
      continue;
    }
    const Sample& sample = *slots_[slot];
    state.samples.push_back(
        {.slot = slot, .id = sample.id, .draws = sample.draws, .time = sample.time});
    (random_.below(2) == 0 ? state.buffer.seen : state.buffer.unseen).push_back(slot);
    state.buffer.order.push_back(slot);
  }
  state.buffer.random = random_.state();
  state.buffer.reception_over = cuts_ % 2 == 0;
  return state;
}

namespace {

std::optional<std::uint64_t> newest_valid(const CheckpointFolder& folder, std::size_t ranks) {
  for (const std::uint64_t number : folder.published()) {
    bool valid = true;
    for (std::size_t rank = 0; rank < ranks; ++rank)
      valid = valid && folder.damage(number, rank).empty();
    if (valid) return number;
  }
  return std::nullopt;
}

bool same_tensors(const TrainingState& a, const TrainingState& b) {
  return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                    [](const StateTensor& x, const StateTensor& y) {
                      return x.name == y.name && x.type == y.type && x.shape == y.shape &&
                             x.bytes == y.bytes;
                    });
}

bool same_names(const CutName& a, const CutName& b) {
  return a.number == b.number && a.batch == b.batch && a.epoch == b.epoch && a.study == b.study &&
         a.schema == b.schema && a.ranks == b.ranks;
}

}  // namespace

std::optional<StudyContent> load_newest(const CheckpointFolder& folder, std::size_t rank,
                                        std::size_t ranks) {
  const auto number = newest_valid(folder, ranks);
  if (!number) return std::nullopt;
  RankPart part = folder.read_part(*number, rank);
  StudyContent content{.name = folder.name_of(*number),
                       .training = part.training,
                       .store = part.store.value(),
                       .rows = {},
                       .server = part.server};
  const ReadRow read = folder.row_reader(*number, rank, part);
  content.places = part.places;
  for (std::size_t k = 0; k < content.store.samples.size(); ++k) {
    read(k, content.rows.emplace_back(StudyInMemory::row_size));
  }
  return content;
}

bool same(const StudyContent& a, const StudyContent& b, std::string& difference) {
  const std::vector<std::pair<const char*, bool>> parts = {
      {"name", same_names(a.name, b.name)},
      {"batch", a.training.batch == b.training.batch},
      {"scalars", a.training.scalars == b.training.scalars},
      {"tensors", same_tensors(a.training, b.training)},
      {"buffer", a.store.buffer == b.store.buffer},
      {"samples", a.store.samples == b.store.samples},
      {"repeats", a.store.repeats == b.store.repeats},
      {"ledger", a.store.ledger.encode() == b.store.ledger.encode()},
      {"history", a.store.history_bytes == b.store.history_bytes},
      {"rows", a.rows == b.rows},
      {"server", a.server == b.server}};
  for (const auto& [name, equal] : parts) {
    if (!equal) difference = name;
  }
  return difference.empty();
}

}  // namespace weir::test
