// Two training loops of one's own. Both are stochastic gradient descent with momentum, on any
// number of ranks; one draws from the stream of samples itself, the other has torch::data draw from
// it.

#include <weir/server/sample_data_set.h>
#include <weir/server/training_loop.h>

#include "parts.h"

namespace {

class Descent : public weir::TrainingLoop {
 public:
  void begin(weir::Model& model, const weir::Loss& loss) override {
    model_ = &model;
    loss_ = &loss;
    for (const auto& parameter : model.parameters())
      velocities_.push_back(torch::zeros_like(parameter));
  }

  /// What momentum remembers; a server that goes on from a checkpoint finds it filled.
  State state() override {
    State named;
    for (std::size_t k = 0; k < velocities_.size(); ++k)
      named.emplace_back("velocity/" + std::to_string(k), velocities_[k]);
    return named;
  }

  void run(weir::SampleStream& stream) override {
    while (const auto batch = stream.next()) train_on(*batch, stream);
  }

 protected:
  void train_on(const weir::SampleBatch& batch, weir::SampleStream& stream) {
    model_->zero_grad();
    if (!batch.names.empty()) {  // a rank may have nothing to draw
      const auto losses = (*loss_)(model_->forward(batch.inputs, batch.state), batch.targets);
      (losses.sum() / static_cast<double>(batch.total)).backward();
      stream.learnt(losses.detach());
    }
    const auto parameters = model_->parameters();
    stream.sum_gradients(parameters);
    const torch::NoGradGuard no_gradients;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      velocities_[k].mul_(0.9).add_(parameters[k].grad());
      torch::Tensor(parameters[k]).sub_(stream.learning_rate() * velocities_[k]);
    }
  }

 private:
  weir::Model* model_ = nullptr;
  const weir::Loss* loss_ = nullptr;
  std::vector<torch::Tensor> velocities_;
};

class DescentOnDataSet final : public Descent {
 public:
  explicit DescentOnDataSet(std::size_t batch) : batch_(batch) {}

  void run(weir::SampleStream& stream) override {
    const auto loader = torch::data::make_data_loader(
        weir::SampleDataSet(stream, batch_), torch::data::DataLoaderOptions().batch_size(batch_));
    for (const weir::SampleBatch& batch : *loader) train_on(batch, stream);
  }

 private:
  std::size_t batch_;
};

}  // namespace

std::shared_ptr<weir::TrainingLoop> make_descent(const weir::StudyShape&) {
  return std::make_shared<Descent>();
}

std::shared_ptr<weir::TrainingLoop> make_descent_on_data_set(const weir::StudyShape& study) {
  return std::make_shared<DescentOnDataSet>(study.batch);
}
