#include "server/study_trackers.h"

#include <exception>
#include <utility>
#include <vector>

#include "server/evaluation/evaluation_pictures.h"

namespace weir {
namespace {

constexpr auto longest_farewell = std::chrono::seconds(30);

/// What is recorded goes to both; marks and what was dropped are those of the first.
class Both final : public Metrics {
 public:
  Both(Metrics& first, Metrics* second) : first_(first), second_(second) {}

  void record(std::string_view kind, std::size_t step,
              const std::vector<std::pair<std::string, double>>& values) override {
    first_.record(kind, step, values);
    if (second_ != nullptr) second_->record(kind, step, values);
  }
  void record_fields(std::string_view kind, std::size_t step,
                     const std::vector<std::pair<std::string, double>>& values,
                     const std::vector<FieldRecord>& fields) override {
    first_.record_fields(kind, step, values, fields);
    if (second_ != nullptr) second_->record_fields(kind, step, values, fields);
  }
  void histogram(std::string_view name, std::size_t step,
                 const std::vector<double>& counts) override {
    first_.histogram(name, step, counts);
    if (second_ != nullptr) second_->histogram(name, step, counts);
  }
  void flush() override {
    first_.flush();
    if (second_ != nullptr) second_->flush();
  }
  void flush_when_due() override {
    first_.flush_when_due();
    if (second_ != nullptr) second_->flush_when_due();
  }
  std::optional<MetricsMark> mark(std::size_t batch) override { return first_.mark(batch); }
  void roll_back(const MetricsMark& mark) override {
    first_.roll_back(mark);
    if (second_ != nullptr) second_->roll_back(mark);
  }
  std::size_t dropped() const override { return first_.dropped(); }

 private:
  Metrics& first_;
  Metrics* const second_;
};

mlflow::RunPlan plan_of(const Study& study, const StudyDirectory& directory, std::uint64_t epoch) {
  const MlflowSettings& settings = study.trackers.mlflow;
  return {.store = settings.folder.empty() ? directory.mlruns() : settings.folder,
          .experiment = settings.experiment.empty() ? study.name : settings.experiment,
          .name = directory.root.filename().string(),
          .study = directory.root,
          .note = directory.mlflow(),
          .records = directory.metrics(),
          .epoch = epoch,
          .settings = settings_of(study)};
}

mlflow::RunStatus status_of(StudyStatus status) {
  switch (status) {
    case StudyStatus::done:
      return mlflow::RunStatus::finished;
    case StudyStatus::stopped:
      return mlflow::RunStatus::killed;
    case StudyStatus::relieved:
      return mlflow::RunStatus::running;
    case StudyStatus::failed:
      break;
  }
  return mlflow::RunStatus::failed;
}

}  // namespace

StudyTrackers::StudyTrackers(FileSystem& files, const StudyDirectory& directory, const Study& study,
                             std::uint64_t epoch, std::function<void(const std::string&)> warning)
    : files_(files),
      directory_(directory),
      study_(study),
      warning_(std::move(warning)),
      events_(files, directory.tensorboard()),
      files_metrics_(
          make_file_metrics(files, directory.metrics(), directory.tensorboard(), warning_)) {
  if (study.trackers.mlflow.enabled)
    mlflow_ = std::make_unique<mlflow::Tracker>(
        mlflow::RunFolder(files, plan_of(study, directory, epoch)), warning_);
  metrics_ = std::make_unique<Both>(*files_metrics_, mlflow_.get());
}

void StudyTrackers::start() {
  try_to("TensorBoard lacks the study's settings", [&] { events_.begin(settings_of(study_)); });
  if (mlflow_) mlflow_->start();
}

void StudyTrackers::end(const Summary& summary, const Evaluation* evaluation,
                        const std::function<void()>& alive) noexcept {
  std::vector<TaggedPicture> pictures;
  try_to("trackers have no pictures", [&] {
    if (evaluation != nullptr) pictures = pictures_of(*evaluation, study_);
  });
  try_to("TensorBoard lacks the study's end", [&] {
    events_.end(summary.training.batches, pictures, summary.status == StudyStatus::done);
  });
  try_to("MLflow lacks the study's end", [&] {
    if (mlflow_) mlflow_->finish(run_end(summary, std::move(pictures)), longest_farewell, alive);
  });
}

void StudyTrackers::pause() noexcept {
  try_to("MLflow lacks the last records", [&] {
    if (mlflow_) mlflow_->finish(std::nullopt, longest_farewell, [] {});
  });
}

mlflow::RunEnd StudyTrackers::run_end(const Summary& summary,
                                      std::vector<TaggedPicture> pictures) const {
  mlflow::RunEnd end{
      .status = status_of(summary.status), .reason = summary.reason, .artifacts = {}};
  for (const auto& name : files_.list(directory_.model()))
    end.artifacts.push_back({"model/" + name, directory_.model() / name, {}});
  for (const auto& file : {directory_.study(), directory_.summary()})
    if (files_.exists(file)) end.artifacts.push_back({file.filename().string(), file, {}});
  for (auto& picture : pictures)
    end.artifacts.push_back({picture.tag + ".png", {}, std::move(picture.picture.png)});
  return end;
}

void StudyTrackers::try_to(const char* what, const std::function<void()>& action) const noexcept
    try {
  try {
    action();
  } catch (const std::exception& error) {
    warning_(std::string(what) + ": " + error.what() +
             "; make room there, or let the server write there; the study has its results all the "
             "same");
  }
} catch (...) {
  // A warning that cannot be told.
}

}  // namespace weir
