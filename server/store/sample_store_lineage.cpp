// The lineage log of the store: what is recorded under its lock, and when it is written.

#include <mutex>
#include <string>
#include <utility>

#include "server/store/sample_store_impl.h"
#include "src/core/failpoint.h"

namespace weir {

/// Under the lock.
void SampleStore::Impl::record(LineageEvent::Kind event, std::uint64_t number,
                               std::span<const SampleId> of) {
  if (lineage) lineage->add(event, number, of);
}

/// Under the lock.
void SampleStore::Impl::record_draw(std::uint64_t batch) {
  if (!lineage) return;
  drawn.clear();
  for (const Slot slot : pinned) drawn.push_back(facts[slot].id);
  lineage->add(LineageEvent::Kind::draw, batch, drawn);
}

/// Unlocks, and writes what has piled up; only the trainer's thread does, so that frames are in
/// order.
void SampleStore::Impl::flush_lineage(std::unique_lock<std::mutex>& lock, bool all) {
  std::string frames;
  const bool write = lineage && (all || lineage->due());
  if (write) frames = lineage->take();
  lock.unlock();
  if (!write) return;
  lineage->write(frames);
  WEIR_FAILPOINT("trainer.after_lineage");
}

void SampleStore::log_lineage(FileSystem& files, const Path& path,
                              std::function<void(const std::string&)> warning) {
  const LineageHeader header{.reproducible = impl_->reproducible,
                             .steps = impl_->ledger.steps(),
                             .rank = impl_->ledger.rank(),
                             .ranks = impl_->ledger.ranks(),
                             .lead = impl_->lead};
  impl_->lineage = std::make_unique<LineageLog>(files, path, header, std::move(warning));
}

void SampleStore::end_lineage(bool exhausted) {
  if (!impl_->lineage) return;
  std::unique_lock lock(impl_->mutex);
  impl_->record(LineageEvent::Kind::end, exhausted);
  impl_->flush_lineage(lock, /*all=*/true);
  impl_->lineage->sync();
}

}  // namespace weir
