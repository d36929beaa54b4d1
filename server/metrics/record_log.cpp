#include "server/metrics/record_log.h"

#include <utility>

#include "src/core/error.h"

namespace weir {

RecordLog::RecordLog(Open open, Failed failed)
    : open_(std::move(open)), failed_(std::move(failed)) {}

void RecordLog::add(const std::string& record) {
  pending_ += record;
  ++records_;
}

void RecordLog::write() {
  if (pending_.empty()) return;
  const std::string bytes = std::exchange(pending_, {});
  const std::size_t records = std::exchange(records_, 0);
  try {
    if (!file_) file_ = open_();
    file_->write(bytes);
  } catch (const Error& error) {
    file_.reset();
    failed_(error.what(), records);
  }
}

}  // namespace weir
