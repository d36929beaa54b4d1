#pragma once
// What a surrogate is made of, without LibTorch: its tensors, and its function as operations on
// them. The trainer computes with it, the export writes it, and the doctor counts its values.

#include <cstddef>
#include <string>
#include <vector>

#include "src/study/study.h"
#include "src/surrogate/operation.h"

namespace weir {

/// How a tensor begins.
enum class Start {
  uniform,  ///< in ±scale
  normal,   ///< of deviation `scale`
  zero,
  coordinates,  ///< [axes, grid…]: where each point lies along each axis, from -1 to 1
};

struct TensorPlan {
  std::string name;  ///< "layers.0.weight"
  std::vector<std::size_t> shape;
  Start start = Start::zero;
  double scale = 0;
  bool trained = true;  ///< else it stays as it begins

  std::size_t values() const;
};

struct ModelPlan {
  std::vector<TensorPlan> tensors;  ///< in the order in which they are drawn
  /// They replace the value "h": normalised inputs [B, inputs] before, all fields [B, outputs],
  /// each row-major, after them. With a state, "s" [B, outputs] is it.
  std::vector<Operation> operations;
  bool state = false;  ///< "s" is given

  std::size_t values() const;  ///< of all tensors
};

/// What a model stands between.
struct ModelShape {
  std::size_t inputs = 0;  ///< parameters and time
  std::vector<Field> fields;
  bool state = false;      ///< the fields of an earlier step are given as well
  bool increment = false;  ///< what the network gives is added to them

  std::size_t outputs() const;
};

ModelShape model_shape(const Study& study);

/// The plan of the study's kind of model; a file each makes it. A study that check_study() accepts
/// has one.
ModelPlan plan_model(const ModelSettings& settings, const ModelShape& shape);

/// Linear layers with an activation between them; with residual, layers of equal width add to what
/// they get (He et al., 2016), and with fourier_features the inputs pass sines and cosines of
/// random frequencies first (Tancik et al., 2020).
ModelPlan plan_mlp(const ModelSettings& settings, const ModelShape& shape);
/// A linear layer makes the coarsest grid; each level doubles it and convolves (Dosovitskiy et al.,
/// 2015).
ModelPlan plan_decoder(const ModelSettings& settings, const ModelShape& shape);
/// Convolutions of the state on grids that become coarser, with the inputs a linear layer to
/// `latent` values, and a decoder from there (convolutional autoencoder: Masci et al., 2011).
ModelPlan plan_autoencoder(const ModelSettings& settings, const ModelShape& shape);
/// Inputs and coordinates at every point, through grids that become coarser and finer again, with
/// a bridge at each level (Ronneberger et al., 2015).
ModelPlan plan_unet(const ModelSettings& settings, const ModelShape& shape);
/// Inputs and coordinates at every point, through layers that act on the lowest Fourier modes (Li
/// et al., 2021, equations 4 and 5).
ModelPlan plan_fno(const ModelSettings& settings, const ModelShape& shape);
/// A network of the inputs gives the coefficients of functions that a network of the coordinates
/// gives (Lu et al., 2021, unstacked, with bias).
ModelPlan plan_deeponet(const ModelSettings& settings, const ModelShape& shape);

}  // namespace weir
