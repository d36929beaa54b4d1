#include "src/core/lineage_file.h"

#include <array>

#include "src/core/crc32c.h"
#include "src/core/error.h"

namespace weir {
namespace {

constexpr std::string_view magic = "weirline";
constexpr std::uint32_t version = 1;
constexpr std::size_t frame_header = 8;

template <class Word>
void put(std::string& bytes, Word value) {
  for (std::size_t k = 0; k < sizeof(Word); ++k)
    bytes += static_cast<char>((value >> (8 * k)) & 0xff);
}

template <class Word>
Word word_at(std::string_view bytes, std::size_t offset) {
  Word value = 0;
  for (std::size_t k = 0; k < sizeof(Word); ++k) {
    value |= static_cast<Word>(static_cast<unsigned char>(bytes[offset + k])) << (8 * k);
  }
  return value;
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
void put_number(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  bytes += static_cast<char>(value);
}

std::optional<std::uint64_t> take_number(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::string read_bytes(InputFile& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  file.read(offset, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

LineageHeader decode_header(std::string_view bytes, const Path& path) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::input, path.string() + ": the lineage log " + what);
  };
  if (!bytes.starts_with(magic)) refuse("does not start as one of weir does");
  const std::string_view content = bytes.substr(0, lineage::header_size - 4);
  if (word_at<std::uint32_t>(bytes, content.size()) != crc32c(content)) {
    refuse("has a damaged header: its checksum is not that of its content");
  }
  if (const auto found = word_at<std::uint32_t>(bytes, 8); found != version) {
    refuse("has version " + std::to_string(found) + ", this weir reads version " +
           std::to_string(version));
  }
  const LineageHeader header{.reproducible = (word_at<std::uint32_t>(bytes, 12) & 1) != 0,
                             .steps = word_at<std::uint64_t>(bytes, 16),
                             .rank = word_at<std::uint64_t>(bytes, 24),
                             .ranks = word_at<std::uint64_t>(bytes, 32),
                             .lead = word_at<std::uint32_t>(bytes, 12) >> 1};
  if (header.rank >= header.ranks) refuse("contradicts itself: its rank is not one of its ranks");
  return header;
}

}  // namespace

namespace lineage {

std::string encode(const LineageHeader& header) {
  std::string bytes(magic);
  put(bytes, version);
  put(bytes, static_cast<std::uint32_t>(header.lead << 1 | std::uint64_t{header.reproducible}));
  for (const std::uint64_t word : {header.steps, header.rank, header.ranks}) put(bytes, word);
  put(bytes, crc32c(bytes));
  return bytes;
}

void append(std::string& events, LineageEvent::Kind kind, std::uint64_t number,
            std::span<const SampleId> ids) {
  events += static_cast<char>(kind);
  put_number(events, number);
  put_number(events, ids.size());
  for (const SampleId id : ids) {
    put_number(events, id.sim);
    put_number(events, id.step);
  }
}

std::string frame(std::string_view events) {
  std::string bytes;
  bytes.reserve(frame_header + events.size());
  put(bytes, static_cast<std::uint32_t>(events.size()));
  put(bytes, crc32c(events));
  bytes += events;
  return bytes;
}

}  // namespace lineage

LineageReader::LineageReader(FileSystem& files, const Path& path) : file_(files.open(path)) {
  if (file_->size() < lineage::header_size) {
    throw Error(ErrorKind::input, path.string() + ": the lineage log is cut: it has " +
                                      std::to_string(file_->size()) +
                                      " bytes, less than its header");
  }
  header_ = decode_header(read_bytes(*file_, 0, lineage::header_size), path);
  offset_ = lineage::header_size;
}

const LineageEvent* LineageReader::next() {
  while (rest_.empty()) {
    if (torn_ > 0 || !load_frame()) return nullptr;
  }
  if (parse_event()) return &event_;
  torn_ = file_->size() - offset_ + rest_.size();
  rest_ = {};
  return nullptr;
}

/// False at the end, and at what is cut or damaged.
bool LineageReader::load_frame() {
  const std::uint64_t left = file_->size() - offset_;
  if (left == 0) return false;
  torn_ = left;
  if (left < frame_header) return false;
  const std::string words = read_bytes(*file_, offset_, frame_header);
  const auto size = word_at<std::uint32_t>(words, 0);
  if (size == 0 || size > lineage::largest_frame || size > left - frame_header) return false;
  frame_ = read_bytes(*file_, offset_ + frame_header, size);
  if (word_at<std::uint32_t>(words, 4) != crc32c(frame_)) return false;
  torn_ = 0;
  rest_ = frame_;
  offset_ += frame_header + size;
  return true;
}

bool LineageReader::parse_event() {
  const auto kind = static_cast<unsigned char>(rest_.front());
  if (kind < 1 || kind > static_cast<unsigned char>(LineageEvent::Kind::end)) return false;
  rest_.remove_prefix(1);
  event_.kind = static_cast<LineageEvent::Kind>(kind);
  const auto number = take_number(rest_), count = take_number(rest_);
  // Two bytes an id at least: a count that cannot be right allocates nothing.
  if (!number || !count || *count > rest_.size() / 2) return false;
  event_.number = *number;
  event_.ids.clear();
  for (std::uint64_t k = 0; k < *count; ++k) {
    const auto sim = take_number(rest_), step = take_number(rest_);
    if (!sim || !step) return false;
    event_.ids.push_back({.sim = *sim, .step = *step});
  }
  return true;
}

}  // namespace weir
