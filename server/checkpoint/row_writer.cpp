#include "server/checkpoint/row_writer.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <string>
#include <utility>

#include "src/core/error.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {

std::set<std::uint64_t> segments_to_keep(const std::map<std::uint64_t, SegmentUse>& uses,
                                         std::size_t most) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> candidates;  // live rows, segment
  for (const auto& [segment, use] : uses) {
    if (2 * use.live >= use.rows) candidates.emplace_back(use.live, segment);
  }
  std::sort(candidates.rbegin(), candidates.rend());
  candidates.resize(std::min(candidates.size(), most));
  std::set<std::uint64_t> kept;
  for (const auto& [live, segment] : candidates) kept.insert(segment);
  return kept;
}

RowWriter::RowWriter(FileSystem& files, Path part, SegmentSources& sources, StoreCut& cut,
                     const SegmentHeader& header)
    : files_(files), part_(std::move(part)), sources_(sources), cut_(cut), header_(header) {
  written_.places.resize(cut.state().samples.size());
}

RowsWritten RowWriter::write() {
  // New rows first: while they wait, reception may have to hold copies of them.
  write_new();
  plan();
  for (const std::uint64_t segment : kept_) take_over(segment);
  WEIR_FAILPOINT("checkpoint.after_link");
  rewrite();
  if (segment_) {
    FileRecord record = segment_->finish();
    record.path = segment_name(header_.number);
    written_.bytes = record.bytes;
    written_.rows_written = segment_->rows();
    written_.files.push_back(std::move(record));
  }
  return std::move(written_);
}

void RowWriter::write_new() {
  std::vector<float> row(cut_.row_size());
  while (const auto sample = cut_.next()) {
    cut_.read(*sample, row);
    append(*sample, row);
    if (segment_->rows() == 1) WEIR_FAILPOINT("checkpoint.in_segment");
  }
}

void RowWriter::plan() {
  std::map<std::uint64_t, SegmentUse> uses;
  for (const auto& place : cut_.places()) {
    if (place) ++uses[place->segment].live;
  }
  for (auto& [segment, use] : uses)
    use.rows = header_.rows_in(sources_.find(segment).record.bytes).value_or(0);
  kept_ = segments_to_keep(uses, most_segments);
}

void RowWriter::take_over(std::uint64_t segment) {
  const SegmentSource& source = sources_.find(segment);
  const Path to = part_ / segment_name(segment);
  if (!files_.link(source.path, to)) copy(source, to);
  FileRecord record = source.record;
  record.path = segment_name(segment);
  written_.files.push_back(std::move(record));
}

void RowWriter::copy(const SegmentSource& source, const Path& to) {
  const auto from = files_.open(source.path);
  CheckedFile file(files_, to);
  std::string piece;
  for (std::uint64_t offset = 0; offset < from->size(); offset += piece.size()) {
    piece.resize(std::min<std::uint64_t>(std::uint64_t{1} << 20, from->size() - offset));
    from->read(offset, std::as_writable_bytes(std::span(piece)));
    file.write(piece);
  }
  const FileRecord record = file.finish();
  if (record.bytes != source.record.bytes || record.crc != source.record.crc)
    throw Error(ErrorKind::environment, source.path.string() + " changed while it was copied");
}

void RowWriter::rewrite() {
  const auto& places = cut_.places();
  std::vector<std::size_t> moving;
  for (std::size_t k = 0; k < places.size(); ++k) {
    if (!places[k]) continue;
    if (!kept_.contains(places[k]->segment)) {
      moving.push_back(k);
      continue;
    }
    written_.places[k] = *places[k];
    if (WEIR_BUG("segment_reuse_wrong_index")) written_.places[k].index = written_.rows_reused;
    ++written_.rows_reused;
  }
  // In the order of the files, so that they are read from front to back.
  std::sort(moving.begin(), moving.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(places[a]->segment, places[a]->index) <
           std::pair(places[b]->segment, places[b]->index);
  });
  std::vector<float> row(cut_.row_size());
  std::optional<SegmentReader> reader;
  for (const std::size_t sample : moving) {
    const RowPlace& place = *places[sample];
    if (!reader || reader->header().number != place.segment)
      reader.emplace(files_, sources_.find(place.segment).path);
    reader->read(place.index, row);
    append(sample, row);
  }
}

void RowWriter::append(std::size_t sample, std::span<const float> row) {
  if (!segment_) segment_.emplace(files_, part_ / segment_name(header_.number), header_);
  written_.places[sample] = segment_->append(row);
}

}  // namespace weir
