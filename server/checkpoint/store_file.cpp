#include "server/checkpoint/store_file.h"

#include <bit>

#include "server/checkpoint/byte_words.h"

namespace weir {
namespace {

constexpr std::string_view magic = "weirstor";
constexpr std::uint32_t version = 2;
constexpr std::size_t slot_bytes = 4, sample_bytes = 48, repeat_bytes = 8;

void put_slots(std::string& bytes, const std::vector<Slot>& slots) {
  for (const Slot slot : slots) put_word(bytes, slot);
}

void put_sample(std::string& bytes, const CutSample& sample, const RowPlace& place) {
  put_word(bytes, sample.slot);
  put_word(bytes, sample.draws);
  for (const std::uint64_t word : {sample.id.sim, sample.id.step, place.segment, place.index})
    put_word(bytes, word);
  put_word(bytes, std::bit_cast<std::uint64_t>(sample.time));
}

/// Numbers of entries, each believed only as far as the bytes reach.
struct Counts {
  std::uint64_t free, unseen, seen, order, samples, repeats;
};

Counts take_counts(WordReader& reader) {
  Counts counts{};
  for (auto* const count : {&counts.free, &counts.unseen, &counts.seen, &counts.order,
                            &counts.samples, &counts.repeats}) {
    *count = reader.word<std::uint64_t>();
    if (*count > reader.left()) reader.refuse("is shorter than what it names");
  }
  const std::uint64_t size =
      slot_bytes * (counts.free + counts.unseen + counts.seen + counts.order) +
      sample_bytes * counts.samples + repeat_bytes * counts.repeats;
  if (size != reader.left()) reader.refuse("does not have the size of what it names");
  return counts;
}

std::vector<Slot> take_slots(WordReader& reader, std::uint64_t count) {
  std::vector<Slot> slots(count);
  for (auto& slot : slots) slot = reader.word<Slot>();
  return slots;
}

void take_sample(WordReader& reader, StoreFile& file) {
  CutSample sample;
  RowPlace place;
  sample.slot = reader.word<std::uint32_t>();
  sample.draws = reader.word<std::uint32_t>();
  sample.id.sim = reader.word<std::uint64_t>();
  sample.id.step = reader.word<std::uint64_t>();
  place.segment = reader.word<std::uint64_t>();
  place.index = reader.word<std::uint64_t>();
  sample.time = std::bit_cast<double>(reader.word<std::uint64_t>());
  file.state.samples.push_back(sample);
  file.places.push_back(place);
}

}  // namespace

std::string encode_store(const StoreState& state, const std::vector<RowPlace>& places,
                         std::uint64_t row_size) {
  const BufferState& buffer = state.buffer;
  std::string bytes(magic);
  put_word(bytes, version);
  put_word(bytes, static_cast<std::uint32_t>(buffer.reception_over));
  put_word(bytes, row_size);
  put_word(bytes, state.history_bytes);
  for (const std::uint64_t word : buffer.random) put_word(bytes, word);
  for (const std::uint64_t count :
       {buffer.free.size(), buffer.unseen.size(), buffer.seen.size(), buffer.order.size(),
        state.samples.size(), state.repeats.size()}) {
    put_word(bytes, count);
  }
  for (const auto* slots : {&buffer.free, &buffer.unseen, &buffer.seen, &buffer.order})
    put_slots(bytes, *slots);
  for (std::size_t k = 0; k < state.samples.size(); ++k)
    put_sample(bytes, state.samples[k], places[k]);
  for (const double repeat : state.repeats) put_word(bytes, std::bit_cast<std::uint64_t>(repeat));
  return bytes;
}

StoreFile decode_store(std::string_view bytes, const std::string& place) {
  WordReader reader(bytes, place);
  reader.expect(magic);
  if (const auto found = reader.word<std::uint32_t>(); found != version) {
    reader.refuse("has version " + std::to_string(found) + ", this weir reads version " +
                  std::to_string(version));
  }
  StoreFile file;
  BufferState& buffer = file.state.buffer;
  buffer.reception_over = reader.word<std::uint32_t>() != 0;
  file.row_size = reader.word<std::uint64_t>();
  file.state.history_bytes = reader.word<std::uint64_t>();
  for (auto& word : buffer.random) word = reader.word<std::uint64_t>();
  const Counts counts = take_counts(reader);
  buffer.free = take_slots(reader, counts.free);
  buffer.unseen = take_slots(reader, counts.unseen);
  buffer.seen = take_slots(reader, counts.seen);
  buffer.order = take_slots(reader, counts.order);
  for (std::uint64_t k = 0; k < counts.samples; ++k) take_sample(reader, file);
  for (std::uint64_t k = 0; k < counts.repeats; ++k)
    file.state.repeats.push_back(std::bit_cast<double>(reader.word<std::uint64_t>()));
  return file;
}

}  // namespace weir
