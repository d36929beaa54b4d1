#pragma once
// Declarations of what learns: /buffer, /training, /validation. See declare.h.

#include "src/study/key.h"
#include "src/study/study.h"

namespace weir {

template <class V>
void declare(V& v, BufferSettings& s) {
  v.value({.name = "kind",
           .meaning = "fifo: in order of arrival; firo: random out, removed when drawn; reservoir: "
                      "drawn with replacement, seen samples make room for new ones",
           .consequence = "only the reservoir trains on while no sample arrives"},
          s.kind);
  v.value({.name = "capacity",
           .needed = Needed::sometimes,
           .range = at_least(1).up_to(4294967295),
           .unit = "samples per rank",
           .meaning = "slots; needed unless the training source is `dataset`",
           .consequence = "memory is capacity × sample size × 4 bytes, taken at the start; more "
                          "mixes better"},
          s.capacity);
  v.value({.name = "watermark",
           .range = at_least(0),
           .unit = "samples per rank",
           .meaning = "population below which no batch is drawn while samples arrive; at most "
                      "`capacity`",
           .consequence = "higher starts later, on a less biased mixture"},
          s.watermark);
  v.value({.name = "memory",
           .meaning = "device: a GPU that trains keeps the samples that it has drawn, besides",
           .consequence = "a repeated sample crosses the bus once; takes capacity × sample size × "
                          "4 bytes of the GPU, and locks the buffer's in RAM; on the CPU nothing"},
          s.memory);
}

template <class V>
void declare(V& v, ModelSettings& s) {
  v.value({.name = "kind",
           .meaning = "mlp: a multilayer perceptron; decoder: convolutions on ever finer grids; "
                      "autoencoder: convolutions to few values and back; unet: a U-Net of inputs "
                      "and coordinates; fno: a Fourier neural operator; deeponet: a DeepONet; "
                      "torchscript: a module of the user's; plugin: a plug-in's",
           .consequence = "decoder, autoencoder, unet, fno and deeponet need fields of one shape, "
                          "with one to three axes"},
          s.kind);
  v.value({.name = "hidden",
           .range = at_least(1).up_to(1000000),
           .unit = "neurons",
           .meaning = "mlp, deeponet: widths of the hidden layers, in order"},
          s.hidden);
  v.value({.name = "activation", .meaning = "after each hidden layer"}, s.activation);
  v.value({.name = "residual",
           .meaning = "mlp: hidden layers of equal width add to what they get",
           .consequence = "deeper networks train"},
          s.residual);
  v.value({.name = "fourier_features",
           .range = at_least(0).up_to(1000000),
           .unit = "frequencies",
           .meaning = "mlp: random frequencies of whose sines and cosines the inputs are made; 0: "
                      "none"},
          s.fourier_features);
  v.value({.name = "fourier_scale",
           .range = above(0),
           .unit = "periods per half range of an input",
           .meaning = "mlp: their deviation",
           .consequence = "higher learns finer detail, and noise"},
          s.fourier_scale);
  v.value(
      {.name = "channels",
       .range = at_least(1).up_to(65536),
       .unit = "channels",
       .meaning =
           "decoder, unet, autoencoder: of each level, from the fields' own grid to the coarsest; "
           "each level halves the grid"},
      s.channels);
  v.value({.name = "modes",
           .range = at_least(1).up_to(65536),
           .unit = "modes",
           .meaning = "fno: Fourier modes kept along each axis; at most half its points"},
          s.modes);
  v.value({.name = "width",
           .range = at_least(1).up_to(65536),
           .unit = "channels",
           .meaning = "fno: of each layer"},
          s.width);
  v.value({.name = "layers", .range = at_least(1).up_to(1000), .meaning = "fno: how many"},
          s.layers);
  v.value({.name = "basis",
           .range = at_least(1).up_to(1000000),
           .unit = "functions",
           .meaning = "deeponet: functions that a field is made of"},
          s.basis);
  v.value({.name = "latent",
           .range = at_least(1).up_to(1000000),
           .unit = "values",
           .meaning = "autoencoder: what the fields pass through"},
          s.latent);
  v.value(
      {.name = "file", .meaning = "torchscript: the module, relative to the study file's folder"},
      s.file);
  v.value({.name = "name", .meaning = "plugin: the model's name"}, s.name);
}

template <class V>
void declare(V& v, SampleSettings& s) {
  v.value(
      {.name = "kind",
       .meaning = "direct: parameters and time give the fields; autoregressive: the fields of "
                  "a step, parameters and time give the fields of a later one",
       .consequence = "autoregressive sends all steps of a simulation to one server rank, and a "
                      "slot of the buffer holds two steps"},
      s.kind);
  v.value({.name = "lead",
           .range = at_least(1).up_to(4000000),
           .unit = "steps",
           .meaning = "autoregressive: from the step that is given to the one that is predicted"},
          s.lead);
  v.value({.name = "prediction",
           .meaning = "autoregressive: the network gives the later fields, or their increment"},
          s.prediction);
}

template <class V>
void declare(V& v, LossSettings& s) {
  v.value({.name = "kind",
           .meaning = "of the normalised values: mean squared error; mean absolute error; norm of "
                      "the error over that of the truth; Huber's; mean squared error of values and "
                      "of their differences between neighbours; or a plug-in's"},
          s.kind);
  v.value({.name = "name", .meaning = "plugin: the loss's name"}, s.name);
  v.value({.name = "delta",
           .range = above(0),
           .unit = "deviations of the field",
           .meaning = "huber: where the square turns into a line"},
          s.delta);
  v.value({.name = "gradient",
           .range = at_least(0),
           .meaning = "sobolev: weight of the differences' part"},
          s.gradient);
  v.value({.name = "weights",
           .range = at_least(0),
           .form = Form::identifier,
           .meaning = "weight of each field's part; 1 for those not named; none with a plug-in's"},
          s.weights);
}

template <class V>
void declare(V& v, FieldStatistics& s) {
  v.value({.name = "mean", .needed = Needed::always, .meaning = "subtracted, in the field's unit"},
          s.mean);
  v.value({.name = "deviation",
           .needed = Needed::always,
           .range = above(0),
           .meaning = "what the difference is divided by, in the field's unit"},
          s.deviation);
}

template <class V>
void declare(V& v, NormalisationSettings& s) {
  v.value({.name = "kind",
           .meaning = "how fields are scaled for training: not at all, by given statistics, or by "
                      "those measured on the first samples"},
          s.kind);
  v.table({.name = "fields", .meaning = "for given: the statistics, under each field's name"},
          s.fields);
  v.value({.name = "samples",
           .range = at_least(1),
           .unit = "samples over all ranks",
           .meaning = "for measured: how many of the first samples are measured",
           .consequence = "fewer start sooner, on statistics that the first simulations bias"},
          s.samples);
}

template <class V>
void declare(V& v, OptimizerSettings& s) {
  v.value({.name = "kind", .meaning = "the optimiser"}, s.kind);
  v.value({.name = "learning_rate", .range = above(0), .meaning = "the first learning rate"},
          s.learning_rate);
  v.value({.name = "weight_decay",
           .range = at_least(0),
           .meaning = "added to the gradient as an L2 penalty; decoupled from it for adamw"},
          s.weight_decay);
  v.value({.name = "beta1",
           .range = at_least(0).below(1),
           .meaning = "adam, adamw: decay of the mean of gradients"},
          s.beta1);
  v.value({.name = "beta2",
           .range = at_least(0).below(1),
           .meaning = "adam, adamw: decay of the mean of squared gradients"},
          s.beta2);
  v.value(
      {.name = "epsilon", .range = above(0), .meaning = "adam, adamw: keeps the division finite"},
      s.epsilon);
  v.value({.name = "momentum", .range = at_least(0).below(1), .meaning = "sgd: momentum"},
          s.momentum);
}

template <class V>
void declare(V& v, ScheduleSettings& s) {
  v.value({.name = "kind",
           .meaning = "how the learning rate falls; plateau needs a validation data set"},
          s.kind);
  v.value({.name = "every",
           .range = at_least(1),
           .unit = "samples over all ranks",
           .meaning = "step, exponential: samples for each factor; cosine: samples of the half "
                      "period",
           .consequence = "repeated samples count, so the schedule does not depend on the ranks"},
          s.every);
  v.value({.name = "factor",
           .range = above(0).up_to(1),
           .meaning = "step, exponential, plateau: what the rate is multiplied by"},
          s.factor);
  v.value({.name = "patience",
           .range = at_least(1),
           .unit = "validations",
           .meaning = "plateau: how many without a better loss before the rate falls"},
          s.patience);
  v.value({.name = "warm_up",
           .range = at_least(0),
           .unit = "samples over all ranks",
           .meaning = "the first ones, over which the rate is multiplied by their share that has "
                      "come; 0: none",
           .consequence = "the rate rises from 0 to what `learning_rate`, `ranks` and `kind` make "
                          "it at their end"},
          s.warm_up);
  v.value({.name = "ranks",
           .meaning = "what the rate is multiplied by on several server ranks: nothing, their "
                      "number, or its square root",
           .consequence = "the global batch grows with the ranks"},
          s.ranks);
  v.value({.name = "minimum",
           .range = at_least(0),
           .meaning = "after the warm-up the rate never falls below; at most `learning_rate`"},
          s.minimum);
}

template <class V>
void declare(V& v, StopSettings& s) {
  v.value({.name = "validation_loss",
           .range = above(0),
           .meaning = "training ends when a validation loss reaches it; needs a validation data "
                      "set"},
          s.validation_loss);
  v.value({.name = "batches",
           .range = at_least(1),
           .unit = "batches",
           .meaning = "training ends after so many"},
          s.batches);
  v.value({.name = "patience",
           .range = at_least(1),
           .unit = "validations",
           .meaning = "training ends after so many without a better loss; needs a validation data "
                      "set"},
          s.patience);
}

template <class V>
void declare(V& v, TrainingSettings& s) {
  v.value({.name = "source", .meaning = "train on the running ensemble, or on a stored data set"},
          s.source);
  v.value({.name = "dataset",
           .meaning = "for source `dataset`: the HDF5 file, relative to the study file's folder"},
          s.dataset);
  v.value({.name = "epochs",
           .range = at_least(1),
           .unit = "epochs",
           .meaning = "for source `dataset`: passes over it"},
          s.epochs);
  v.value({.name = "batch",
           .range = at_least(1).up_to(4294967295),
           .unit = "samples per rank",
           .meaning = "samples of one step of the optimiser, on each rank",
           .consequence = "the global batch grows with the ranks"},
          s.batch);
  v.value({.name = "accumulate",
           .range = at_least(1).up_to(1000000),
           .unit = "batches",
           .meaning = "whose gradients make one step of the optimiser",
           .consequence = "as a batch so many times larger, in the memory of one"},
          s.accumulate);
  v.value({.name = "prefetch",
           .meaning = "draw the samples of a step while the one before is computed; automatic: on "
                      "GPUs",
           .consequence = "on a CPU there is nothing that it would be beside"},
          s.prefetch);
  v.value({.name = "cuda_graphs",
           .meaning = "a GPU records a batch's forward and backward pass once, and runs what it "
                      "recorded",
           .consequence = "small networks are no longer slowed down by the launches of their "
                          "kernels; on a CPU there is nothing to record"},
          s.cuda_graphs);
  v.section({.name = "samples", .meaning = "what the surrogate maps to what"}, s.samples);
  v.section({.name = "model", .meaning = "the surrogate"}, s.model);
  v.section({.name = "loss", .meaning = "what training minimises"}, s.loss);
  v.value({.name = "precision",
           .meaning = "what the network computes with; the weights stay fp32",
           .consequence = "bf16 is faster where the device has it; tf32 and fp16, which scales the "
                          "loss, are for GPUs"},
          s.precision);
  v.value({.name = "clip",
           .range = at_least(0),
           .meaning = "largest norm of a gradient, over all weights; 0: any"},
          s.clip);
  v.value({.name = "average",
           .range = at_least(0).below(1),
           .meaning = "decay of a moving average of the weights, which is validated and exported "
                      "in their place; 0: none"},
          s.average);
  v.value({.name = "transform", .meaning = "name of a plug-in's, applied to each batch"},
          s.transform);
  v.value({.name = "loop", .meaning = "name of a plug-in's, which trains instead of weir's own"},
          s.loop);
  v.section(
      {.name = "normalisation", .meaning = "scaling of the fields; the exported model undoes it"},
      s.normalisation);
  v.section({.name = "optimizer", .meaning = "how a gradient changes the weights"}, s.optimizer);
  v.section({.name = "schedule", .meaning = "the learning rate over time"}, s.schedule);
  v.section({.name = "stop", .meaning = "ends before the samples are used up"}, s.stop);
}

template <class V>
void declare(V& v, ValidationSettings& s) {
  v.value({.name = "dataset",
           .meaning = "HDF5 file of unseen simulations, relative to the study file's folder; null: "
                      "no validation"},
          s.dataset);
  v.value({.name = "every",
           .range = at_least(1),
           .unit = "batches",
           .meaning = "from one validation to the next",
           .consequence = "training waits for each, reception does not"},
          s.every);
  v.value({.name = "batch",
           .range = at_least(1).up_to(4294967295),
           .unit = "samples per rank",
           .meaning = "how many are predicted at a time"},
          s.batch);
}

}  // namespace weir
