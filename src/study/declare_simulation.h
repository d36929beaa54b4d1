#pragma once
// Declarations of what is simulated: /simulation, /parameters, /sampling. See declare.h.

#include "src/study/key.h"
#include "src/study/study.h"

namespace weir {

template <class V>
void declare(V& v, Field& s) {
  v.value({.name = "name",
           .needed = Needed::always,
           .form = Form::identifier,
           .meaning = "the name that the solver gives to weir_send"},
          s.name);
  v.value({.name = "shape",
           .needed = Needed::always,
           .range = at_least(1),
           .unit = "values",
           .meaning = "extents of the global array, slowest first; [1] for a single value",
           .consequence = "a step has their product of values, sent as 4 bytes each"},
          s.shape);
  v.value({.name = "unit", .meaning = "the field's unit, for the model card"}, s.unit);
}

template <class V>
void declare(V& v, Parameter& s) {
  v.value(
      {.name = "name",
       .needed = Needed::always,
       .form = Form::identifier,
       .meaning = "its name; not sim, attempt or study_dir, which a command's placeholders mean"},
      s.name);
  v.bounds({.name = "bounds",
            .needed = Needed::always,
            .meaning = "the interval it is drawn from",
            .consequence = "the surrogate's inputs are scaled by them; it is not meant to be "
                           "asked outside"},
           s.lower, s.upper);
  v.value({.name = "unit", .meaning = "the parameter's unit, for the model card"}, s.unit);
}

template <class V>
void declare(V& v, TimeAxis& s) {
  v.value({.name = "first", .meaning = "physical time of step 0"}, s.first);
  v.value({.name = "step", .range = above(0), .meaning = "physical time from a step to the next"},
          s.step);
  v.value({.name = "unit", .meaning = "unit of both, for the model card"}, s.unit);
  v.value({.name = "sent",
           .meaning = "the solver says the time of each step, with weir_time",
           .consequence = "`first` and `step` only scale the surrogate's input then"},
          s.sent);
}

template <class V>
void declare(V& v, SimulationSettings& s) {
  v.value({.name = "count",
           .needed = Needed::always,
           .range = at_least(1).up_to(4294967295),
           .unit = "simulations",
           .meaning = "size of the ensemble"},
          s.count);
  v.value({.name = "steps",
           .needed = Needed::always,
           .range = at_least(1).up_to(4000000),
           .unit = "steps",
           .meaning = "time steps that each simulation sends",
           .consequence = "a simulation that sends fewer or more has failed"},
          s.steps);
  v.value({.name = "stride",
           .range = at_least(1).up_to(4000000),
           .unit = "calls of weir_send a field",
           .meaning = "of so many calls the first is sent, the others return at once",
           .consequence = "`steps` and `time` count the steps that are sent"},
          s.stride);
  v.list({.name = "fields",
          .needed = Needed::always,
          .range = at_least(1),
          .meaning = "what it sends at every step; the surrogate's outputs, in this order"},
         s.fields);
  v.section({.name = "time", .meaning = "physical time of the steps; an input of the surrogate"},
            s.time);
  v.value({.name = "non_finite",
           .meaning =
               "what a NaN or infinity does: refuse the simulation, drop the sample, or accept it",
           .consequence = "an accepted one can make every weight NaN"},
          s.non_finite);
  v.value(
      {.name = "command",
       .needed = Needed::sometimes,
       .form = Form::program,
       .meaning = "program and arguments, no shell; {NAME} of a parameter, {sim}, {attempt} and "
                  "{study_dir} are replaced; needed unless the training source is `dataset`",
       .consequence = "a program with a '/' is taken from the study file's folder, another "
                      "from PATH"},
      s.command);
  v.value({.name = "ranks",
           .range = at_least(1).up_to(1000000),
           .unit = "MPI ranks",
           .meaning = "of one simulation"},
          s.ranks);
  v.value({.name = "launch",
           .meaning = "start it with mpirun, srun, direct (serial programs), or automatic: on this "
                      "machine mpirun from 2 ranks up, under Slurm srun from 2 ranks up"},
          s.launch);
  v.value({.name = "environment",
           .form = Form::identifier,
           .meaning = "variables added to the environment of a simulation"},
          s.environment);
  v.value({.name = "templates",
           .form = Form::file,
           .meaning = "files that are written for each attempt: name → template, relative to the "
                      "study file's folder, in which {NAME} is replaced as in `command` and all "
                      "other braces stay",
           .consequence = "the attempt then runs in a folder of its own, D/run/sim/SIM.ATTEMPT, "
                          "which is removed when it ends well"},
          s.templates);
  v.value({.name = "restarts",
           .range = at_least(0).up_to(1000000),
           .unit = "attempts",
           .meaning = "further attempts after a first one that failed"},
          s.restarts);
  v.value({.name = "when_exhausted",
           .meaning = "restarts used up: replace it by another draw of parameters, or drop it",
           .consequence = "drop ends with fewer samples than expected"},
          s.when_exhausted);
  v.value({.name = "time_limit",
           .range = at_least(0),
           .unit = "s",
           .meaning = "how long an attempt may run; 0: no limit",
           .consequence = "an attempt beyond it is cancelled and has failed"},
          s.time_limit);
  v.value({.name = "progress",
           .range = at_least(0),
           .unit = "s",
           .meaning = "time that a connected attempt may go without sending a step; 0: any",
           .consequence = "a solver that hangs is started again after it"},
          s.progress);
}

template <class V>
void declare(V& v, AdaptiveSettings& s) {
  v.value({.name = "kind",
           .meaning = "none: all are drawn by the design; loss: simulations that were not "
                      "submitted yet are drawn anew near those that are learnt worst; plugin: by a "
                      "strategy of a plug-in"},
          s.kind);
  v.value({.name = "name", .meaning = "for plugin: the strategy's name"}, s.name);
  v.value({.name = "every",
           .range = at_least(1),
           .unit = "batches",
           .meaning = "from one redraw to the next"},
          s.every);
  v.value({.name = "exploration",
           .range = at_least(0).up_to(1),
           .meaning = "share of the redrawn simulations that the design draws all the same",
           .consequence = "higher keeps coverage, lower follows the error"},
          s.exploration);
}

template <class V>
void declare(V& v, SamplingSettings& s) {
  v.value({.name = "design",
           .meaning = "independent uniform draws, a Latin hypercube over `count` simulations, a "
                      "scrambled Halton or Sobol sequence, or a given list",
           .consequence = "all but list follow from the seed; sobol is limited to 64 parameters"},
          s.design);
  v.value({.name = "file",
           .meaning = "for list: CSV, a header line with the parameters' names, then a line a "
                      "simulation; relative to the study file's folder",
           .consequence = "lines beyond `count` replace simulations that failed"},
          s.file);
  v.section({.name = "adaptive", .meaning = "draws simulations where the surrogate is weak"},
            s.adaptive);
}

}  // namespace weir
