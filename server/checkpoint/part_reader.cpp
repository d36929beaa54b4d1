#include "server/checkpoint/part_reader.h"

#include <utility>

#include "server/checkpoint/part_writer.h"
#include "server/checkpoint/segment.h"
#include "server/checkpoint/store_file.h"
#include "server/checkpoint/training_file.h"
#include "src/core/error.h"

namespace weir {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::input, what + "; use another checkpoint");
}

}  // namespace

PartReader::PartReader(FileSystem& files, Path checkpoint, const FileList& manifest,
                       std::size_t rank)
    : files_(files), checkpoint_(std::move(checkpoint)), manifest_(manifest), rank_(rank) {
  if (rank < manifest.name.ranks) return;
  refuse(checkpoint_.string() + " is of " + std::to_string(manifest.name.ranks) + " ranks: rank " +
         std::to_string(rank) + " has no part in it");
}

void PartReader::check(bool with_rows) const {
  const std::string own = rank_folder(rank_) + "/", segments = own + "segment.";
  const std::string training = in_rank(0, training_name);
  for (const auto& needed : {training, in_rank(rank_, server_name), in_rank(rank_, list_name)}) {
    if (manifest_.find(needed) == nullptr) refuse(place(needed) + " is not in the manifest");
  }
  for (const auto& file : manifest_.files) {
    if (!file.path.starts_with(own) && file.path != training) continue;
    if (file.path.starts_with(segments) && !with_rows) {
      check_size(files_, checkpoint_ / file.path, file);
    } else {
      check_file(files_, checkpoint_ / file.path, file);
    }
  }
}

RankPart PartReader::read() const {
  RankPart part;
  part.name = manifest_.name;
  const std::string training = in_rank(0, training_name);
  part.training = decode_training(content(training), place(training));
  part.server = content(in_rank(rank_, server_name));
  if (manifest_.find(in_rank(rank_, store_name)) != nullptr) read_store(part);
  return part;
}

std::string PartReader::place(const std::string& path) const {
  return (checkpoint_ / path).string();
}

std::string PartReader::content(const std::string& path) const {
  const FileRecord* const record = manifest_.find(path);
  if (record == nullptr) refuse(place(path) + " is not in the manifest");
  return read_checked(files_, checkpoint_ / path, *record);
}

void PartReader::read_store(RankPart& part) const {
  const std::string path = in_rank(rank_, store_name);
  StoreFile store = decode_store(content(path), place(path));
  part.store = std::move(store.state);
  part.store->ledger = Ledger::decode(content(in_rank(rank_, ledger_name)));
  part.places = std::move(store.places);
  check_places(part, store.row_size);
}

void PartReader::check_places(const RankPart& part, std::uint64_t row_size) const {
  const SegmentHeader header{.row_size = row_size};
  for (const auto& [segment, index] : part.places) {
    const std::string path = in_rank(rank_, segment_name(segment));
    const FileRecord* const record = manifest_.find(path);
    if (record == nullptr || index >= header.rows_in(record->bytes).value_or(0))
      refuse(place(path) + " has no row " + std::to_string(index));
  }
}

}  // namespace weir
