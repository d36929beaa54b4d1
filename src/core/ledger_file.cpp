// The ledger as a file; docs/formats.md describes it.

#include <bit>
#include <cstring>
#include <numeric>

#include "src/core/crc32c.h"
#include "src/core/error.h"
#include "src/core/ledger.h"

namespace weir {
namespace {

constexpr std::string_view magic = "weirledg";
constexpr std::uint32_t version = 1;
constexpr std::size_t header_size = 8 + 4 + 4 + 7 * 8;
constexpr std::size_t checksum_size = 4;

template <class Word>
void put(std::string& bytes, Word value) {
  for (std::size_t k = 0; k < sizeof(Word); ++k)
    bytes += static_cast<char>((value >> (8 * k)) & 0xff);
}

void put(std::string& bytes, const std::vector<std::uint8_t>& bits) {
  bytes.append(bits.begin(), bits.end());
}

/// Takes words off the front. The caller has checked that they are there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class Word>
  Word word() {
    Word value = 0;
    for (std::size_t k = 0; k < sizeof(Word); ++k) {
      value |= static_cast<Word>(static_cast<unsigned char>(rest_[k])) << (8 * k);
    }
    rest_.remove_prefix(sizeof(Word));
    return value;
  }

  std::vector<std::uint8_t> bits(std::size_t size) {
    std::vector<std::uint8_t> bits(rest_.begin(),
                                   rest_.begin() + static_cast<std::ptrdiff_t>(size));
    rest_.remove_prefix(size);
    return bits;
  }

  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::input,
              std::string("the ledger ") + what +
                  "; take the copy of another checkpoint, or start the study anew");
}

/// The bytes between magic and checksum, once both are right.
std::string_view checked_content(std::string_view bytes) {
  if (!bytes.starts_with(magic)) refuse("does not start as a ledger of weir does");
  if (bytes.size() < header_size + checksum_size) {
    refuse("is cut: it has " + std::to_string(bytes.size()) + " bytes, less than its header");
  }
  const auto content = bytes.substr(0, bytes.size() - checksum_size);
  const auto stated = Reader(bytes.substr(content.size())).word<std::uint32_t>();
  if (stated != crc32c(content))
    refuse("is cut or damaged: its checksum is not that of its content");
  return content.substr(magic.size());
}

std::size_t ones(const std::vector<std::uint8_t>& bits) {
  return std::accumulate(
      bits.begin(), bits.end(), std::size_t{0},
      [](std::size_t sum, std::uint8_t byte) { return sum + std::popcount(byte); });
}

/// Whether a step at or behind `steps` is marked.
bool goes_past(const std::vector<std::uint8_t>& bits, std::uint64_t steps) {
  return steps % 8 != 0 && !bits.empty() && (bits.back() >> (steps % 8)) != 0;
}

}  // namespace

std::string Ledger::encode() const {
  std::string bytes(magic);
  put(bytes, version);
  put(bytes, static_cast<std::uint32_t>(routing_));
  for (const std::uint64_t word : {steps_, rank_, ranks_, counts_.unique, counts_.duplicate,
                                   counts_.dropped, simulations_.size()}) {
    put(bytes, word);
  }
  for (const auto& [sim, simulation] : simulations_) {
    put(bytes, sim);
    put(bytes, simulation.accepted);
    put(bytes, simulation.dropped);
  }
  put(bytes, crc32c(bytes));
  return bytes;
}

Ledger Ledger::decode(std::string_view bytes) {
  Reader reader(checked_content(bytes));
  if (const auto found = reader.word<std::uint32_t>(); found != version) {
    refuse("has version " + std::to_string(found) + ", this weir reads version " +
           std::to_string(version));
  }
  const auto routing = reader.word<std::uint32_t>();
  if (routing > static_cast<std::uint32_t>(Routing::by_simulation))
    refuse("deals its steps out in a way that this weir does not know");
  const auto steps = reader.word<std::uint64_t>(), rank = reader.word<std::uint64_t>();
  const auto ranks = reader.word<std::uint64_t>();
  Ledger ledger(steps, rank, ranks, static_cast<Routing>(routing));
  ledger.counts_.unique = reader.word<std::uint64_t>();
  ledger.counts_.duplicate = reader.word<std::uint64_t>();
  ledger.counts_.dropped = reader.word<std::uint64_t>();
  const auto simulations = reader.word<std::uint64_t>();
  // Divided, not multiplied: sizes out of a file may overflow.
  const std::size_t record = 8 + 2 * (steps / 8 + (steps % 8 != 0));
  if (rank >= ranks || reader.left() % record != 0 || reader.left() / record != simulations) {
    refuse("contradicts itself: its size is not that of the simulations it names");
  }
  std::size_t unique = 0, all_dropped = 0;
  for (std::uint64_t k = 0; k < simulations; ++k) {
    Simulation& simulation = ledger.simulations_[reader.word<std::uint64_t>()];
    simulation.accepted = reader.bits(ledger.bitmap_size());
    simulation.dropped = reader.bits(ledger.bitmap_size());
    const std::size_t accepted = ones(simulation.accepted), dropped = ones(simulation.dropped);
    if (goes_past(simulation.accepted, steps) || goes_past(simulation.dropped, steps))
      refuse("contradicts itself: it names steps that the study does not have");
    simulation.known = accepted + dropped;
    unique += accepted;
    all_dropped += dropped;
  }
  if (ledger.simulations_.size() != simulations || unique != ledger.counts_.unique ||
      all_dropped != ledger.counts_.dropped)
    refuse("contradicts itself: its counts are not those of the steps it names");
  return ledger;
}

void Ledger::save(FileSystem& files, const std::filesystem::path& path) const {
  files.replace(path, encode(), 0600);
}

Ledger Ledger::load(FileSystem& files, const std::filesystem::path& path) {
  const std::string bytes = files.read(path);
  try {
    return decode(bytes);
  } catch (const Error& error) {
    throw Error(error.kind(), path.string() + ": " + error.what());
  }
}

}  // namespace weir
