#pragma once
// Between physical values and what the model sees: inputs from their bounds to [-1, 1], fields by
// mean and deviation.

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "server/collective/collective.h"
#include "server/samples/sample_source.h"
#include "src/core/sample_id.h"
#include "src/study/study.h"

namespace weir {

/// normalised input = (x − centre) / half_width: the parameters, then time. normalised field = (x −
/// mean) / deviation. Inputs are always normalised, from the study alone; `"normalisation":
/// {"kind": "none"}` leaves the fields as they are.
struct Normalisation {
  bool state = false;  ///< autoregressive: fields are an input as well, normalised as the outputs
  std::vector<double> centre, half_width;  ///< parameters + 1 each
  std::vector<FieldStatistics> fields;     ///< one a field, in the study's order
  std::vector<std::size_t> field_sizes;
  std::size_t samples = 0;  ///< on how many samples the fields were measured; 0: they were not

  std::size_t inputs() const { return centre.size(); }
  std::size_t outputs() const;
};

/// What the study says. Fields that are to be measured have mean 0 and deviation 1 until then. Time
/// goes from the first step to the last; the time of a study of one step is 0.
Normalisation make_normalisation(const Study& study);

/// Measures the fields on the first samples of the source, over all ranks, without drawing them.
/// Collective. Takes at most 64 MiB of samples a rank: very large samples are measured on fewer
/// than the study asks for. A field whose values are all equal keeps deviation 1, and `warning` is
/// told. Errors: Error{study} when a field's values are not finite.
void measure_fields(Normalisation& normalisation, const Study& study, SampleSource& source,
                    Collective& collective, const std::function<void(const std::string&)>& warning);

/// Physical parameters (inputs() − 1 a sample) and times (one a sample) → `out`, inputs() floats a
/// sample.
void normalise_inputs(const Normalisation& normalisation, std::span<const double> times,
                      std::span<const double> parameters, std::span<float> out);

/// How a copy normalises the fields, into `scales`, whose memory is used again; none when all
/// fields stay as they are.
void set_scales(const Normalisation& normalisation, FieldScales& scales);

/// In place; `values` holds whole samples. The same to the bit as a copy with set_scales().
void normalise_fields(const Normalisation& normalisation, std::span<float> values);

}  // namespace weir
