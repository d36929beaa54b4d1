#include "server/samples/normalisation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "server/samples/moments.h"
#include "src/core/error.h"
#include "src/study/samples.h"

namespace weir {
namespace {

constexpr std::size_t peek_bytes = std::size_t{64} << 20;

void set_input_range(Normalisation& normalisation, double lower, double upper) {
  normalisation.centre.push_back((lower + upper) / 2);
  normalisation.half_width.push_back(upper > lower ? (upper - lower) / 2 : 1);
}

FieldStatistics statistics_of(const NormalisationSettings& settings, const std::string& field) {
  if (settings.kind != NormalisationKind::given) return {};
  const auto found = settings.fields.find(field);
  if (found == settings.fields.end()) {
    throw Error(ErrorKind::input, "/training/normalisation/fields has no statistics for field '" +
                                      field + "': add its mean and deviation");
  }
  return found->second;
}

/// This rank's share of the first samples, one Moments a field; returns how many samples it was.
std::size_t peek_moments(const Normalisation& normalisation, std::size_t share,
                         SampleSource& source, std::vector<Moments>& moments) {
  const std::size_t size = normalisation.outputs();
  share = std::min(share, std::max<std::size_t>(1, peek_bytes / (size * sizeof(float))));
  std::vector<float> rows(share * size);
  Batch batch;
  batch.targets = rows.data();
  const std::size_t held = source.peek(share, batch);
  std::span<const float> rest(rows.data(), held * size);
  while (!rest.empty()) {
    for (std::size_t f = 0; f < moments.size(); ++f) {
      moments[f].add(rest.first(normalisation.field_sizes[f]));
      rest = rest.subspan(normalisation.field_sizes[f]);
    }
  }
  return held;
}

FieldStatistics checked(const Moments& moments, const Field& field,
                        const std::function<void(const std::string&)>& warning) {
  FieldStatistics statistics{moments.mean, moments.deviation()};
  if (!std::isfinite(statistics.mean) || !std::isfinite(statistics.deviation)) {
    throw Error(ErrorKind::study, "field '" + field.name +
                                      "' holds NaN or infinite values, so it cannot be normalised: "
                                      "set /simulation/non_finite to \"refuse\" or \"drop\", or "
                                      "give its mean and deviation");
  }
  const double noise = std::numeric_limits<float>::epsilon() * std::abs(statistics.mean);
  if (moments.count > 0 && statistics.deviation <= noise) {
    warning("field '" + field.name + "' is " + std::to_string(statistics.mean) +
            " everywhere in the first samples: its deviation is taken as 1; give its mean and "
            "deviation in /training/normalisation if it varies later");
  }
  if (statistics.deviation <= noise) statistics.deviation = 1;
  return statistics;
}

}  // namespace

std::size_t Normalisation::outputs() const {
  return std::accumulate(field_sizes.begin(), field_sizes.end(), std::size_t{0});
}

Normalisation make_normalisation(const Study& study) {
  Normalisation normalisation;
  normalisation.state = lead_of(study) > 0;
  for (const auto& parameter : study.parameters) {
    set_input_range(normalisation, parameter.lower, parameter.upper);
  }
  const auto& time = study.simulation.time;
  const double last = time.first + time.step * (static_cast<double>(study.simulation.steps) - 1);
  set_input_range(normalisation, std::min(time.first, last), std::max(time.first, last));
  for (const auto& field : study.simulation.fields) {
    normalisation.fields.push_back(statistics_of(study.training.normalisation, field.name));
    normalisation.field_sizes.push_back(field.size());
  }
  return normalisation;
}

void measure_fields(Normalisation& normalisation, const Study& study, SampleSource& source,
                    Collective& collective,
                    const std::function<void(const std::string&)>& warning) {
  const std::size_t ranks = collective.ranks();
  const std::size_t share = (study.training.normalisation.samples + ranks - 1) / ranks;
  std::vector<Moments> moments(normalisation.fields.size());
  std::int64_t samples =
      static_cast<std::int64_t>(peek_moments(normalisation, share, source, moments));
  collective.sum(std::span<std::int64_t>(&samples, 1));
  normalisation.samples = static_cast<std::size_t>(samples);
  for (std::size_t f = 0; f < moments.size(); ++f) {
    const Moments all = merge_over_ranks(collective, moments[f]);
    normalisation.fields[f] = checked(all, study.simulation.fields[f], warning);
  }
}

void normalise_inputs(const Normalisation& normalisation, std::span<const double> times,
                      std::span<const double> parameters, std::span<float> out) {
  const std::size_t count = normalisation.inputs() - 1;
  const auto normalised = [&](double x, std::size_t input) {
    return static_cast<float>((x - normalisation.centre[input]) / normalisation.half_width[input]);
  };
  auto* next = out.data();
  for (std::size_t k = 0; k < times.size(); ++k) {
    for (std::size_t p = 0; p < count; ++p) *next++ = normalised(parameters[k * count + p], p);
    *next++ = normalised(times[k], count);
  }
}

void set_scales(const Normalisation& normalisation, FieldScales& scales) {
  scales.clear();
  for (std::size_t f = 0; f < normalisation.fields.size(); ++f) {
    scales.push_back({.size = normalisation.field_sizes[f],
                      .mean = static_cast<float>(normalisation.fields[f].mean),
                      .scale = static_cast<float>(1 / normalisation.fields[f].deviation)});
  }
  const auto unchanged = [](const FieldScale& s) { return s.mean == 0 && s.scale == 1; };
  if (std::all_of(scales.begin(), scales.end(), unchanged)) scales.clear();
}

void normalise_fields(const Normalisation& normalisation, std::span<float> values) {
  FieldScales scales;
  set_scales(normalisation, scales);
  if (scales.empty()) return;
  const std::size_t size = normalisation.outputs();
  for (std::size_t first = 0; first < values.size(); first += size) {
    const auto row = values.subspan(first, size);
    copy_row(row, scales, row.data());
  }
}

}  // namespace weir
