// A sampling strategy of one's own: half of the new simulations beside the worst one, half
// anywhere.

#include <weir/server/strategy.h>

#include <algorithm>
#include <random>

#include "parts.h"

namespace {

class BesideTheWorst final : public weir::SamplingStrategy {
 public:
  std::vector<std::vector<double>> draw(const weir::RedrawRequest& request) override {
    std::mt19937_64 random(request.seed);
    std::uniform_real_distribution<double> anywhere(0, 1);
    std::normal_distribution<double> beside(0, 0.1);
    const auto& worst =
        *std::max_element(request.seen.begin(), request.seen.end(),
                          [](const auto& a, const auto& b) { return a.loss < b.loss; });
    std::vector<std::vector<double>> points(request.count, std::vector<double>(request.dimensions));
    for (std::size_t k = 0; k < points.size(); ++k) {
      for (std::size_t d = 0; d < request.dimensions; ++d)
        points[k][d] =
            k % 2 == 0 ? std::clamp(worst.point[d] + beside(random), 0.0, 1.0) : anywhere(random);
    }
    return points;
  }
};

}  // namespace

std::shared_ptr<weir::SamplingStrategy> make_beside_the_worst(const weir::StudyShape&) {
  return std::make_shared<BesideTheWorst>();
}
