#include "server/checkpoint/part_writer.h"

#include <utility>

#include "server/checkpoint/row_writer.h"
#include "server/checkpoint/store_file.h"
#include "server/checkpoint/training_file.h"
#include "src/core/failpoint.h"
#include "src/core/planted_bug.h"

namespace weir {

Path partial_path(const Path& folder, std::uint64_t number) {
  std::string name = ".";
  name += std::to_string(number) + ".partial";
  return folder / name;
}

PartWriter::PartWriter(FileSystem& files, const Path& folder, VerifiedFiles& verified, RankCut& cut,
                       std::size_t rank)
    : files_(files),
      folder_(folder),
      verified_(verified),
      cut_(cut),
      rank_(rank),
      part_(partial_path(folder, cut.name.number) / rank_folder(rank)),
      list_{.name = cut.name, .rank = rank, .files = {}} {}

PartWritten PartWriter::write() {
  begin();
  if (cut_.store) write_store();
  WEIR_FAILPOINT("checkpoint.after_rows");
  if (cut_.training) {
    const FileRecord file = write_training(files_, part_ / training_name, *cut_.training);
    written_.bytes += file.bytes;
    add(training_name, file);
  }
  add(server_name, cut_.server);
  finish();
  return std::move(written_);
}

void PartWriter::begin() {
  WEIR_FAILPOINT("checkpoint.before_part");
  files_.remove_all(part_);
  files_.make_directories(part_, 0700);
  WEIR_FAILPOINT("checkpoint.after_part_folder");
}

void PartWriter::write_store() {
  const std::uint64_t row_size = cut_.store->row_size();
  const SegmentHeader header{.number = cut_.name.number, .rank = rank_, .row_size = row_size};
  SegmentSources sources(files_, folder_, verified_, rank_);
  RowsWritten rows = RowWriter(files_, part_, sources, *cut_.store, header).write();
  const StoreState& state = cut_.store->state();
  for (auto& file : rows.files) add(file.path, file);
  add(store_name, encode_store(state, rows.places, row_size));
  add(ledger_name, state.ledger.encode());
  written_.places = std::move(rows.places);
  written_.bytes += rows.bytes;
  written_.rows_written = rows.rows_written;
  written_.rows_reused = rows.rows_reused;
}

/// The list last: without it the part does not count.
void PartWriter::finish() {
  WEIR_FAILPOINT("checkpoint.before_part_list");
  const std::string list = encode(list_);
  write_checked(files_, part_ / list_name, list);
  if (!WEIR_BUG("no_folder_fsync")) files_.sync_directory(part_);
  files_.sync_directory(part_.parent_path());
  written_.bytes += list.size();
  for (const auto& file : list_.files)
    verified_.insert(std::to_string(cut_.name.number) + "/" + file.path);
  WEIR_FAILPOINT("checkpoint.after_part");
}

void PartWriter::add(const std::string& name, FileRecord record) {
  record.path = in_rank(rank_, name);
  list_.files.push_back(std::move(record));
}

void PartWriter::add(const std::string& name, std::string_view content) {
  add(name, write_checked(files_, part_ / name, content));
  written_.bytes += content.size();
}

}  // namespace weir
