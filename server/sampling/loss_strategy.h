#pragma once
// Draws simulations where the loss is high: importance resampling in the manner of population Monte
// Carlo.
//
// O. Cappé, A. Guillin, J.-M. Marin, C. P. Robert, "Population Monte Carlo", Journal of
// Computational and Graphical Statistics 13(4), 2004: a population is weighted by target over
// proposal density, resampled by the weights, and each copy moved by a kernel. For online training
// of surrogates it was proposed by S. Dymchenko and B. Raffin (Breed, 2024).
//
// Here
// - the target density is the loss. In one dimension, where the error falls with a power of the
//   local spacing, the density that is everywhere proportional to the squared error is the one
//   that minimises its integral, so a stationary population is the best one;
// - the proposal density, in which the population was drawn, is estimated from it with the kernel:
//   without that division, where many simulations are ever more would be drawn;
// - the kernel is normal, independent in each coordinate, and each simulation has its own: its
// width
//   is the root mean square distance to the √n nearest of the n simulations, weighted (S. Filippi,
//   C. P. Barnes, J. Cornebise, M. P. H. Stumpf, "On optimality of kernels for approximate Bayesian
//   computation using sequential Monte Carlo", Statistical Applications in Genetics and Molecular
//   Biology 12(1), 2013, have such kernels from neighbours). So it narrows where the population
//   gathers, also in several separate regions. It is never less than 1/n, a population's spacing
//   along one axis, so that no simulation is merely repeated;
// - a point beyond a bound is reflected there, in the kernel's density too: the density has no dip
//   at the bounds;
// - a weight is cut at √n times the mean one (E. L. Ionides, "Truncated Importance Sampling",
//   Journal of Computational and Graphical Statistics 17(2), 2008): one simulation alone in its
//   corner does not take all draws;
// - resampling is systematic: a simulation of weight w gets ⌊w·count⌋ or ⌈w·count⌉ copies.
// With more than about ten parameters the density estimate says little, and the draws follow the
// loss alone.

#include "server/sampling/strategy.h"

namespace weir {

/// Keeps nothing between calls.
class LossStrategy final : public SamplingStrategy {
 public:
  std::vector<std::vector<double>> draw(const RedrawRequest& request) override;
};

}  // namespace weir
