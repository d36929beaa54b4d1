#include "server/metrics/metrics.h"

#include <chrono>

#include "server/metrics/event_folder.h"
#include "server/metrics/json_lines.h"
#include "server/metrics/record_log.h"
#include "server/metrics/tensorboard.h"
#include "src/core/clock.h"
#include "src/core/cut_file.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"
#include "src/core/wall_time.h"

namespace weir {
namespace {

constexpr auto longest_delay = std::chrono::seconds(1);
constexpr std::size_t most_pending = 64 << 10;

/// A record of which a full disk kept only a part must not swallow the next one.
std::unique_ptr<OutputFile> open_json_lines(FileSystem& files, const Path& path) {
  const std::string there = files.exists(path) ? files.read(path) : "";
  auto file = files.append(path, 0600);
  if (!there.empty() && there.back() != '\n') file->write("\n");
  return file;
}

/// `purge`: events of this batch and later in earlier files do not count. Readers give up at a
/// damaged record, so each opening makes a new file.
std::unique_ptr<OutputFile> open_events(FileSystem& files, const Path& folder,
                                        std::optional<std::size_t> purge) {
  auto file = files.create(new_event_file(files, folder), 0600);
  file->write(tensorboard::file_start(wall_time()));
  if (purge) file->write(tensorboard::restart({.wall_time = wall_time(), .step = *purge}));
  return file;
}

class NullMetrics final : public Metrics {
 public:
  void record(std::string_view, std::size_t,
              const std::vector<std::pair<std::string, double>>&) override {}
  void histogram(std::string_view, std::size_t, const std::vector<double>&) override {}
  void flush() override {}
};

class FileMetrics final : public Metrics {
 public:
  FileMetrics(FileSystem& files, const Path& jsonl, const Path& folder,
              std::function<void(const std::string&)> warning)
      : files_(files),
        jsonl_(jsonl),
        warning_(std::move(warning)),
        lines_([&files, jsonl] { return open_json_lines(files, jsonl); }, failure()),
        events_(
            [this, folder] {
              auto file = open_events(files_, folder, purge_);
              purge_.reset();
              return file;
            },
            failure()) {}
  ~FileMetrics() override { write_all(); }

  void record(std::string_view kind, std::size_t step,
              const std::vector<std::pair<std::string, double>>& values) override {
    record_fields(kind, step, values, {});
  }

  void record_fields(std::string_view kind, std::size_t step,
                     const std::vector<std::pair<std::string, double>>& values,
                     const std::vector<FieldRecord>& fields) override {
    lines_.add(json_lines::scalars(kind, step, seconds(), values, fields));
    add_events(step, std::string(kind), values);
    for (const auto& field : fields)
      add_events(step, std::string(kind) + "/" + field.name, field.values);
    write_when_due();
  }

  void histogram(std::string_view name, std::size_t step,
                 const std::vector<double>& counts) override {
    lines_.add(json_lines::histogram(name, step, seconds(), counts));
    events_.add(tensorboard::histogram({.wall_time = wall_time(), .step = step}, name, counts));
    write_when_due();
  }

  void flush() override { write_all(); }

  void flush_when_due() override { write_when_due(); }

  std::optional<MetricsMark> mark(std::size_t batch) override {
    write_all();
    try {
      const std::uint64_t bytes = files_.exists(jsonl_) ? files_.open(jsonl_)->size() : 0;
      return MetricsMark{batch, bytes, seconds()};
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void roll_back(const MetricsMark& mark) override {
    start_ = clock_.now() - std::chrono::duration_cast<Duration>(Seconds(mark.seconds));
    purge_ = mark.batch + 1;
    if (WEIR_BUG("metrics_not_truncated")) return;
    if (files_.exists(jsonl_) && files_.open(jsonl_)->size() >= mark.lines)
      cut_file(files_, jsonl_, mark.lines);
  }

  std::size_t dropped() const override { return dropped_; }

 private:
  double seconds() const { return Seconds(clock_.now() - start_).count(); }

  void add_events(std::size_t step, const std::string& group,
                  const std::vector<std::pair<std::string, double>>& values) {
    const tensorboard::Stamp stamp{.wall_time = wall_time(), .step = step};
    for (const auto& [name, value] : values)
      events_.add(tensorboard::scalar(stamp, group + "/" + name, value));
  }

  RecordLog::Failed failure() {
    return [this](const std::string& reason, std::size_t records) {
      if (dropped_ == 0 && warning_)
        warning_("metrics are dropped until they can be written again: " + reason);
      dropped_ += records;
    };
  }

  void write_when_due() {
    const bool many = lines_.size() + events_.size() >= most_pending;
    if (many || clock_.now() - written_ >= longest_delay) write_all();
  }

  void write_all() {
    lines_.write();
    events_.write();
    written_ = clock_.now();
  }

  FileSystem& files_;
  const Path jsonl_;
  std::optional<std::size_t> purge_;  ///< batch from which on earlier event files do not count
  SystemClock clock_;
  Time start_ = clock_.now(), written_ = start_;
  std::function<void(const std::string&)> warning_;
  std::size_t dropped_ = 0;
  RecordLog lines_, events_;
};

}  // namespace

std::unique_ptr<Metrics> make_null_metrics() { return std::make_unique<NullMetrics>(); }

std::unique_ptr<Metrics> make_file_metrics(FileSystem& files, const std::filesystem::path& jsonl,
                                           const std::filesystem::path& tensorboard,
                                           std::function<void(const std::string&)> warning) {
  return std::make_unique<FileMetrics>(files, jsonl, tensorboard, std::move(warning));
}

}  // namespace weir
