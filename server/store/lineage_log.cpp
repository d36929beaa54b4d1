#include "server/store/lineage_log.h"

#include <utility>

#include "src/core/cut_file.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

using Kind = LineageEvent::Kind;

bool needed_for_replay_only(Kind kind) {
  return kind == Kind::begin || kind == Kind::commit || kind == Kind::abandon ||
         kind == Kind::peek || kind == Kind::unpinned;
}

std::string gap_frame() {
  std::string events;
  lineage::append(events, Kind::gap);
  return lineage::frame(events);
}

}  // namespace

LineageLog::LineageLog(FileSystem& files, Path path, const LineageHeader& header, Warning warning)
    : files_(files), path_(std::move(path)), header_(header), warning_(std::move(warning)) {}

LineageLog::~LineageLog() = default;

void LineageLog::add(Kind kind, std::uint64_t number, std::span<const SampleId> ids) {
  if (!header_.reproducible && needed_for_replay_only(kind)) return;
  lineage::append(events_, kind, number, ids);
  if (events_.size() < frame_size) return;
  framed_ += lineage::frame(events_);
  events_.clear();
}

std::string LineageLog::take() {
  if (!events_.empty()) framed_ += lineage::frame(events_);
  events_.clear();
  return std::exchange(framed_, {});
}

void LineageLog::write(const std::string& frames) {
  try {
    if (!file_) reopen();
    file_->write(frames);
    bytes_ += frames.size();
  } catch (const Error& error) {
    failed(error.what());
  }
}

void LineageLog::sync() {
  // Through a handle of its own: the trainer may be writing through the other.
  try {
    files_.append(path_, 0600)->sync();
  } catch (const Error& error) {
    tell(error.what());
  }
}

void LineageLog::roll_back(std::uint64_t bytes) {
  try {
    file_.reset();
    bytes_ = 0;
    const bool there = bytes >= lineage::header_size && files_.exists(path_) &&
                       files_.open(path_)->size() >= bytes;
    gap_ = !there;
    if (there) bytes_ = bytes;
    // A server that this one replaces may still be writing.
    if (there && !WEIR_BUG("lineage_not_truncated")) cut_file(files_, path_, bytes_);
    reopen();
  } catch (const Error& error) {
    failed(error.what());
  }
}

/// Goes on behind the last whole frame: what a failed write or a later incarnation left there goes,
/// and what was lost is marked.
void LineageLog::reopen() {
  if (bytes_ < lineage::header_size) return start();
  if (!WEIR_BUG("lineage_not_truncated")) files_.truncate(path_, bytes_);
  file_ = files_.append(path_, 0600);
  mark_gap();
}

void LineageLog::start() {
  file_ = files_.create(path_, 0600);
  const std::string head = lineage::encode(header_);
  file_->write(head);
  files_.sync_directory(path_.parent_path());
  bytes_ = head.size();
  mark_gap();
}

void LineageLog::mark_gap() {
  if (!gap_) return;
  const std::string gap = gap_frame();
  file_->write(gap);
  bytes_ += gap.size();
  gap_ = false;
}

void LineageLog::failed(const std::string& reason) {
  file_.reset();
  gap_ = true;
  tell(reason);
}

void LineageLog::tell(const std::string& reason) {
  if (told_.exchange(true)) return;
  warning_("the lineage log will be incomplete, the training goes on: " + reason);
}

}  // namespace weir
