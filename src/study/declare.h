#pragma once
// The declaration of every section of a study file: its keys, once, for whoever visits them.
//
// declare(visitor, settings) calls one method of the visitor for each key, in the order of the
// reference page:
//   value(key, member)           a scalar, an enumeration, an optional, an array or an object of
//   them bounds(key, lower, upper)    [lower, upper] constant(key, text)          a key with one
//   possible value section(key, settings)       an object, declared itself list(key, vector) an
//   array of such objects table(key, map)              an object whose keys are free and whose
//   values are such objects
// Reader parses, Writer writes, KeyNames collects the keys, ReferencePage documents.

#include "src/study/declare_run.h"
#include "src/study/declare_simulation.h"
#include "src/study/declare_training.h"

namespace weir {

template <class V>
void declare(V& v, Study& s) {
  v.value({.name = "name",
           .needed = Needed::always,
           .form = Form::label,
           .meaning = "the study's name: in logs, job names and the model card"},
          s.name);
  v.value({.name = "seed",
           .meaning = "fixes parameters, draws, shuffles and initial weights",
           .consequence = "the same study with another seed is another experiment"},
          s.seed);
  v.section({.name = "simulation",
             .needed = Needed::always,
             .meaning = "the solver, and what each run of it sends"},
            s.simulation);
  v.list({.name = "parameters",
          .needed = Needed::always,
          .range = at_least(1).up_to(1000),
          .meaning = "what differs from one simulation to another"},
         s.parameters);
  v.section({.name = "sampling", .meaning = "which parameters each simulation gets"}, s.sampling);
  v.section({.name = "buffer",
             .needed = Needed::sometimes,
             .meaning = "what mixes arriving samples into batches; a `dataset` source needs none"},
            s.buffer);
  v.section({.name = "training", .meaning = "the surrogate and how it is trained"}, s.training);
  v.section({.name = "validation", .meaning = "how the surrogate is judged meanwhile"},
            s.validation);
  v.section({.name = "checkpoint", .meaning = "what a server that dies starts again from"},
            s.checkpoint);
  v.value({.name = "lineage", .meaning = "write which batch trained on which samples"}, s.lineage);
  v.value({.name = "reproducible",
           .meaning = "write the order of arrivals as well, so that `weir replay` repeats the "
                      "training; implies lineage"},
          s.reproducible);
  v.section({.name = "server", .meaning = "the processes that receive and train"}, s.server);
  v.section({.name = "client", .meaning = "the library inside the solver"}, s.client);
  v.section({.name = "launcher", .meaning = "what starts the server and the simulations"},
            s.launcher);
  v.section({.name = "trackers",
             .meaning = "where else the records of a training go; TensorBoard's files are always "
                        "written"},
            s.trackers);
}

}  // namespace weir
