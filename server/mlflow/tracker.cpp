#include "server/mlflow/tracker.h"

#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include <pthread.h>

#include "server/mlflow/metric_records.h"
#include "src/core/wall_time.h"

namespace weir::mlflow {
namespace {

constexpr std::size_t most_pending = std::size_t{16} << 20;  // bytes
constexpr auto longest_delay = std::chrono::seconds(1);
constexpr auto patience = std::chrono::seconds(10);  // after a failure
constexpr auto longest_farewell = std::chrono::seconds(30);

}  // namespace

struct Tracker::Shared {
  Shared(RunFolder to, std::function<void(const std::string&)> warn)
      : run(std::move(to)), warning(std::move(warn)) {}

  void work();
  bool write(MetricLines& lines, const std::optional<RunEnd>& last);
  void warn(const std::string& text);
  void put_back(MetricLines lines);

  // Used by the thread alone once it runs.
  RunFolder run;
  std::optional<MetricsMark> goes_on_from;
  bool open = false;

  std::mutex warning_mutex;
  std::function<void(const std::string&)> warning;  // guarded by warning_mutex

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  MetricLines pending;
  std::size_t bytes = 0, dropped = 0;
  bool ending = false, done = false;
  std::optional<RunEnd> end;
};

void Tracker::Shared::work() {
  pthread_setname_np(pthread_self(), "weir-mlflow");
  Duration delay = Duration::zero();
  std::unique_lock lock(mutex);
  while (!done) {
    changed.wait_for(lock, delay, [this] { return ending; });
    const bool last = ending;
    MetricLines lines = std::exchange(pending, {});
    bytes = 0;
    lock.unlock();
    const bool written = write(lines, last ? end : std::nullopt);
    lock.lock();
    if (!written) put_back(std::move(lines));
    delay = written ? longest_delay : patience;
    done = last;
  }
  changed.notify_all();
}

bool Tracker::Shared::write(MetricLines& lines, const std::optional<RunEnd>& last) {
  try {
    if (!open) run.open(goes_on_from);
    open = true;
    run.append(lines);
    if (last) run.end(*last);
    return true;
  } catch (const std::exception& error) {
    warn(std::string("MLflow's files cannot be written, and are tried again every ten seconds; the "
                     "training goes on: ") +
         error.what() +
         "; make room or leave to write there, or choose another folder "
         "(/trackers/mlflow/folder)");
    return false;
  }
}

/// Once.
void Tracker::Shared::warn(const std::string& text) {
  const std::lock_guard lock(warning_mutex);
  if (const auto tell = std::exchange(warning, nullptr)) tell(text);
}

/// Before what came since.
void Tracker::Shared::put_back(MetricLines lines) {
  for (auto& [metric, earlier] : lines) {
    bytes += earlier.size();
    auto& there = pending[metric];
    there.insert(0, earlier);
  }
}

Tracker::Tracker(RunFolder run, std::function<void(const std::string&)> warning)
    : shared_(std::make_shared<Shared>(std::move(run), std::move(warning))) {}

Tracker::~Tracker() {
  finish(std::nullopt, longest_farewell, [] {});
}

void Tracker::record(std::string_view kind, std::size_t step,
                     const std::vector<std::pair<std::string, double>>& values) {
  record_fields(kind, step, values, {});
}

void Tracker::record_fields(std::string_view kind, std::size_t step,
                            const std::vector<std::pair<std::string, double>>& values,
                            const std::vector<FieldRecord>& fields) {
  const auto now = std::llround(wall_time() * 1000);
  const std::lock_guard lock(shared_->mutex);
  if (shared_->bytes >= most_pending) {
    ++shared_->dropped;
    return;
  }
  const auto add = [&](const std::string& metric, double value) {
    const std::string line = metric_line(now, value, step);
    shared_->pending[metric] += line;
    shared_->bytes += line.size();
  };
  for (const auto& [name, value] : values) add(metric_name(kind, name), value);
  for (const auto& field : fields)
    for (const auto& [name, value] : field.values) add(metric_name(kind, field.name, name), value);
}

void Tracker::roll_back(const MetricsMark& mark) { shared_->goes_on_from = mark; }

std::size_t Tracker::dropped() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->dropped;
}

void Tracker::start() {
  thread_ = std::thread([shared = shared_] { shared->work(); });
}

void Tracker::finish(std::optional<RunEnd> end, Duration at_most,
                     const std::function<void()>& alive) {
  if (!thread_.joinable()) return;
  constexpr auto sign_of_life = std::chrono::milliseconds(200);
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  std::unique_lock lock(shared_->mutex);
  shared_->end = std::move(end);
  shared_->ending = true;
  shared_->changed.notify_all();
  while (!shared_->done && std::chrono::steady_clock::now() < deadline) {
    shared_->changed.wait_for(lock, sign_of_life, [this] { return shared_->done; });
    alive();
  }
  const bool done = shared_->done;
  const std::size_t dropped = shared_->dropped;
  lock.unlock();
  if (done)
    thread_.join();
  else
    thread_.detach();
  if (!done)  // the last that it says: a thread that was left behind tells nobody
    shared_->warn(
        "MLflow's run is not whole: its files take longer than " +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(at_most).count()) +
        " s to write; is the file system of /trackers/mlflow/folder there?");
  else if (dropped > 0)
    shared_->warn("MLflow's run lacks " + std::to_string(dropped) +
                  " records: its files were written too slowly; choose another folder "
                  "(/trackers/mlflow/folder)");
}

}  // namespace weir::mlflow
