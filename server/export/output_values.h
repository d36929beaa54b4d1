#pragma once
// A statistic of the fields as the exported models hold it.

#include <vector>

#include "server/samples/normalisation.h"

namespace weir {

/// One value an output, so that fields with different statistics need no special case.
inline std::vector<float> output_values(const Normalisation& normalisation,
                                        double FieldStatistics::*member) {
  std::vector<float> values;
  for (std::size_t f = 0; f < normalisation.fields.size(); ++f)
    values.insert(values.end(), normalisation.field_sizes[f],
                  static_cast<float>(normalisation.fields[f].*member));
  return values;
}

}  // namespace weir
