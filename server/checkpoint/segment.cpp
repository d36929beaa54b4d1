#include "server/checkpoint/segment.h"

#include <array>
#include <bit>
#include <utility>

#include "server/checkpoint/byte_words.h"
#include "src/core/error.h"

namespace weir {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are written as they lie in memory");

constexpr std::string_view magic = "weirsegm";
constexpr std::uint32_t version = 1;

std::string encode(const SegmentHeader& header) {
  std::string bytes(magic);
  put_word(bytes, version);
  put_word(bytes, std::uint32_t{0});
  for (const std::uint64_t word : {header.number, header.rank, header.row_size})
    put_word(bytes, word);
  bytes.resize(SegmentHeader::bytes, '\0');
  return bytes;
}

SegmentHeader decode(std::string_view bytes, const std::string& place) {
  WordReader reader(bytes, place);
  reader.expect(magic);
  if (const auto found = reader.word<std::uint32_t>(); found != version) {
    reader.refuse("has version " + std::to_string(found) + ", this weir reads version " +
                  std::to_string(version));
  }
  reader.word<std::uint32_t>();
  SegmentHeader header;
  header.number = reader.word<std::uint64_t>();
  header.rank = reader.word<std::uint64_t>();
  header.row_size = reader.word<std::uint64_t>();
  return header;
}

}  // namespace

std::optional<std::uint64_t> SegmentHeader::rows_in(std::uint64_t size) const {
  std::uint64_t row_bytes = 0;
  if (__builtin_mul_overflow(row_size, sizeof(float), &row_bytes) || row_bytes == 0 ||
      size < bytes || (size - bytes) % row_bytes != 0) {
    return std::nullopt;
  }
  return (size - bytes) / row_bytes;
}

std::string segment_name(std::uint64_t number) { return "segment." + std::to_string(number); }

SegmentWriter::SegmentWriter(FileSystem& files, const Path& path, const SegmentHeader& header)
    : file_(files, path), number_(header.number) {
  file_.write(encode(header));
}

RowPlace SegmentWriter::append(std::span<const float> row) {
  file_.write({reinterpret_cast<const char*>(row.data()), row.size_bytes()});
  return {.segment = number_, .index = rows_++};
}

SegmentReader::SegmentReader(FileSystem& files, Path path)
    : path_(std::move(path)), file_(files.open(path_)) {
  const std::string place = path_.string();
  std::array<char, SegmentHeader::bytes> bytes{};
  if (file_->size() < bytes.size()) WordReader({}, place).refuse("is shorter than its header");
  file_->read(0, std::as_writable_bytes(std::span(bytes)));
  header_ = decode({bytes.data(), bytes.size()}, place);
  const auto rows = header_.rows_in(file_->size());
  if (!rows) WordReader({}, place).refuse("does not hold whole rows");
  rows_ = *rows;
}

void SegmentReader::read(std::uint64_t index, std::span<float> row) {
  if (index >= rows_ || row.size() != header_.row_size) {
    throw Error(ErrorKind::input, path_.string() + " has " + std::to_string(rows_) + " rows of " +
                                      std::to_string(header_.row_size) + " values, not row " +
                                      std::to_string(index) + " of " + std::to_string(row.size()) +
                                      "; use another checkpoint, or the study it was written for");
  }
  file_->read(SegmentHeader::bytes + index * row.size_bytes(), std::as_writable_bytes(row));
}

}  // namespace weir
