#pragma once
// A study as typed values: what one ensemble and one training are. Plain data; parse.h makes it from JSON.
// Every default stands here, once. The reference page docs/study.md is generated from the declarations in declare.h.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir {

enum class NonFinite { refuse, drop, accept };  ///< a NaN or infinity in a field: refuse the simulation, drop the sample, take it
enum class Exhausted { replace, drop };         ///< restarts used up: draw another simulation in its place, or go on with fewer
/// direct: by itself, for serial programs; automatic: on this machine mpirun from 2 ranks up, under Slurm srun
enum class Launch { automatic, mpirun, srun, direct };
enum class DesignKind { uniform, latin_hypercube, halton, sobol, list };
enum class BufferKind { fifo, firo, reservoir };
enum class Source { ensemble, dataset };
enum class Activation { relu, tanh, gelu, silu };
/// direct: parameters and time → fields; autoregressive: fields of a step, parameters and time → fields `lead` steps later
enum class SampleKind { direct, autoregressive };
enum class Prediction { value, increment };  ///< autoregressive: the later fields, or what they differ by from the earlier ones
enum class ModelKind { mlp, decoder, autoencoder, unet, fno, deeponet, torchscript, plugin };
enum class OptimizerKind { adam, adamw, sgd };
enum class ScheduleKind { constant, step, exponential, cosine, plateau };
enum class LossKind { mse, l1, relative_l2, huber, sobolev, plugin };
enum class Precision { fp32, tf32, bf16, fp16 };  ///< what a forward pass computes with; weights are FP32
enum class BufferMemory { host, device };  ///< where rows that were drawn stay besides; device: the GPU that trains
enum class DeviceChoice { automatic, cpu, cuda };  ///< that a server rank trains on; automatic: a GPU where there is one
enum class Prefetch { automatic, on, off };  ///< automatic: on GPUs
enum class RankScaling { none, linear, square_root };  ///< of the learning rate with the number of server ranks
enum class Refinement { none, loss, plugin };  ///< how simulations that were not submitted yet are drawn anew
enum class NormalisationKind { none, given, measured };
enum class SchedulerKind { local, local_pool, slurm, slurm_steps, slurm_pool, oar };
enum class StartOrder { server_first, clients_first };
enum class TransportKind { ipc, tcp };
enum class Security { curve, none };

struct Field {
  std::string name;
  std::vector<std::size_t> shape;  ///< row-major; its product is the number of values of a step
  std::string unit;
  std::size_t size() const {
    std::size_t n = 1;
    for (const auto extent : shape) n *= extent;
    return n;
  }
};

struct Parameter {
  std::string name;
  double lower = 0, upper = 0;  ///< lower < upper
  std::string unit;
};

struct TimeAxis {  ///< physical time of step k: first + k × step
  double first = 0, step = 1;
  bool sent = false;  ///< the solver says each step's time (weir_time); first and step only scale the input
  std::string unit;
};

struct SimulationSettings {
  std::size_t count = 0;  ///< simulations of the ensemble
  std::size_t steps = 0;  ///< steps each of them sends
  std::size_t stride = 1;  ///< calls of weir_send a field for each step that is sent: the first, then every so many
  std::vector<Field> fields;
  TimeAxis time;
  NonFinite non_finite = NonFinite::refuse;
  std::vector<std::string> command;  ///< argument vector; {name} of a parameter, {sim}, {attempt}, {study_dir} are replaced
  std::size_t ranks = 1;             ///< MPI ranks of one simulation
  Launch launch = Launch::automatic;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> templates;  ///< file of the attempt's own folder, where it then runs → what it is rendered from
  std::size_t restarts = 2;  ///< further attempts after the first
  Exhausted when_exhausted = Exhausted::drop;
  double time_limit = 0;  ///< seconds an attempt may run; 0: no limit
  double progress = 0;    ///< seconds a connected attempt may go without sending a step though the server would take it; 0: no limit
  std::size_t sample_size() const {  ///< values of one sample, all fields
    std::size_t n = 0;
    for (const auto& field : fields) n += field.size();
    return n;
  }
};

struct AdaptiveSettings {
  Refinement kind = Refinement::none;
  std::string name;          ///< plugin: the strategy's
  std::size_t every = 100;   ///< batches from one redraw to the next
  double exploration = 0.2;  ///< share that is drawn from the whole box all the same
};

struct SamplingSettings {
  DesignKind design = DesignKind::uniform;
  std::filesystem::path file;  ///< list: CSV, a header line with the parameters' names, a line a simulation
  AdaptiveSettings adaptive;
};

struct BufferSettings {
  BufferKind kind = BufferKind::reservoir;
  std::size_t capacity = 0;   ///< samples per rank
  std::size_t watermark = 0;  ///< population per rank below which no batch is drawn
  BufferMemory memory = BufferMemory::host;
};

struct ModelSettings {
  ModelKind kind = ModelKind::mlp;
  std::vector<std::size_t> hidden = {256, 256};  ///< mlp, deeponet: widths of the hidden layers
  Activation activation = Activation::relu;
  bool residual = false;             ///< mlp: layers of equal width add to what they get
  std::size_t fourier_features = 0;  ///< mlp: random frequencies that the inputs pass first; 0: none
  double fourier_scale = 1;          ///< mlp: their deviation, in periods over half an input's range
  std::vector<std::size_t> channels = {16, 32, 64};  ///< decoder, unet: of each level, from the fields' own grid to the coarsest
  std::size_t modes = 12;   ///< fno: Fourier modes kept along each axis
  std::size_t width = 32;   ///< fno: channels
  std::size_t layers = 4;   ///< fno
  std::size_t basis = 64;   ///< deeponet: functions that a field is made of
  std::size_t latent = 64;  ///< autoencoder: values that the fields pass through
  std::filesystem::path file;  ///< torchscript: the module
  std::string name;            ///< plugin: the model's
};

struct SampleSettings {
  SampleKind kind = SampleKind::direct;
  std::size_t lead = 1;  ///< autoregressive: steps from the one that is given to the one that is predicted
  Prediction prediction = Prediction::increment;
};

struct LossSettings {
  LossKind kind = LossKind::mse;
  std::string name;                       ///< plugin: the loss's
  double delta = 1;                       ///< huber: where it turns linear, in deviations of the field
  double gradient = 1;                    ///< sobolev: weight of the differences' part
  std::map<std::string, double> weights;  ///< of fields; 1 for those not named
};

struct FieldStatistics {
  double mean = 0, deviation = 1;
};

struct NormalisationSettings {
  NormalisationKind kind = NormalisationKind::measured;
  std::map<std::string, FieldStatistics> fields;  ///< given: one a field
  std::size_t samples = 500;                      ///< measured: on how many of the first samples, over all ranks
};

struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  ///< adam, adamw
  double momentum = 0;                                ///< sgd
};

struct ScheduleSettings {  ///< of the learning rate; counted in samples over all ranks
  ScheduleKind kind = ScheduleKind::constant;
  std::size_t every = 10000;  ///< step, exponential: samples per factor; cosine: samples of the half period
  double factor = 0.5;        ///< step, exponential, plateau
  std::size_t patience = 10;  ///< plateau: validations without a better loss
  std::size_t warm_up = 0;    ///< samples over which the rate rises to the first one
  RankScaling ranks = RankScaling::none;
  double minimum = 0;         ///< the rate never falls below
};

struct StopSettings {
  std::optional<double> validation_loss;      ///< end as soon as a validation reaches it
  std::optional<std::size_t> batches;         ///< end after so many
  std::optional<std::size_t> patience;        ///< end after so many validations without a better loss
};

struct TrainingSettings {
  Source source = Source::ensemble;
  std::filesystem::path dataset;  ///< source dataset: HDF5
  std::size_t epochs = 1;         ///< source dataset
  std::size_t batch = 10;         ///< samples per rank and step
  std::size_t accumulate = 1;     ///< batches whose gradients make one step
  bool cuda_graphs = false;  ///< a GPU records the pass of a batch, and runs what it recorded
  Prefetch prefetch = Prefetch::automatic;  ///< of a step's samples, while the one before is computed
  SampleSettings samples;
  ModelSettings model;
  LossSettings loss;
  Precision precision = Precision::fp32;
  double clip = 0;     ///< largest norm of a step's gradient; 0: any
  double average = 0;  ///< decay of the moving average of the weights that is validated and exported; 0: none
  std::string transform;  ///< of plug-ins: applied to each batch
  std::string loop;       ///< of plug-ins: trains instead of weir's own loop
  NormalisationSettings normalisation;
  OptimizerSettings optimizer;
  ScheduleSettings schedule;
  StopSettings stop;
};

struct ValidationSettings {
  std::filesystem::path dataset;  ///< HDF5; empty: no validation
  std::size_t every = 100;        ///< batches
  std::size_t batch = 100;        ///< samples per rank at a time
};

struct CheckpointSettings {
  double every = 60;                   ///< seconds from one cut to the next; 0: none by time
  std::optional<std::size_t> batches;  ///< also a cut after so many batches since the last one
  std::size_t keep = 2;                ///< published cuts that stay
};

struct TransportSettings {
  TransportKind kind = TransportKind::ipc;  ///< ipc: sockets in the study directory, one machine; tcp: between machines
  std::string interface;                    ///< tcp: name or address of the network interface to listen at
  Security security = Security::curve;      ///< tcp: curve encrypts and lets in this study's keys only; none must be asked for
};

struct ServerSettings {
  std::size_t ranks = 1;
  Launch launch = Launch::automatic;  ///< of its ranks; on this machine mpirun
  std::size_t threads = 1;          ///< of LibTorch, per rank
  DeviceChoice device = DeviceChoice::automatic;
  std::size_t inflight_mib = 64;    ///< bytes granted to clients and not yet in a slot, per rank
  double liveness = 60;             ///< seconds of silence after which a client counts as gone
  double progress = 600;            ///< seconds without any new sample, while some are expected and there is room, after which the study fails
  double without_launcher = 600;    ///< seconds without a word from a launcher, while simulations are to be started and none sends, after which the server stops in order
  std::vector<std::string> plugins;  ///< shared libraries of the user's, loaded in this order
  TransportSettings transport;
};

struct ClientSettings {
  std::size_t window_mib = 64;  ///< bytes a client may hold that are not accepted yet; at least one sample
  double timeout = 300;         ///< seconds a call of the client API may wait
};

/// What one kind of job asks of a batch system; empty or 0: the batch system's own choice.
struct JobResources {
  std::string partition;  ///< slurm: partition; oar: queue
  std::string account, qos, reservation, constraint;
  std::size_t nodes = 0;
  std::size_t cores_per_rank = 1;
  std::string mpi;              ///< slurm: kind of start that the MPI of the program understands, srun --mpi
  std::string accelerators;     ///< slurm: --gres, "gpu:4"; of each node
  std::size_t memory_mib = 0;   ///< of each node
  double time_limit = 0;        ///< seconds
  std::vector<std::string> options;  ///< further arguments of sbatch, srun or oarsub, each passed as it is
  std::vector<std::string> modules;  ///< loaded in the job before the program, in this order
  std::vector<std::string> setup;    ///< shell lines of the user's, run in the job before the program: the only shell text there is
};

struct LauncherSettings {
  SchedulerKind scheduler = SchedulerKind::local;
  std::size_t jobs = 2;         ///< simulations at a time, queued or running; with a pool: pilots
  std::size_t wave = 1;         ///< simulations submitted together; a wave waits until so many places are free, or nothing else is wanted
  StartOrder start = StartOrder::server_first;
  double poll = 5;              ///< seconds between two questions to a batch system
  double warning = 120;         ///< seconds before its time limit at which the server is told to save and end
  double idle = 60;             ///< with a pool: seconds that a pilot waits for a simulation before it ends
  JobResources server, clients; ///< of a batch system; a single machine has none of them
  double server_start = 120;    ///< seconds until the server must answer
  double watchdog = 120;        ///< seconds without a sign of life from every server rank after which the server is killed and started again
  std::size_t server_restarts = 10;  ///< of a server that died or hung
};

struct MlflowSettings {
  bool enabled = false;
  std::filesystem::path folder;  ///< that holds MLflow's runs; empty: mlruns in the study directory
  std::string experiment;        ///< that the run belongs to; empty: the study's name
};

struct TrackerSettings {
  MlflowSettings mlflow;
};

struct Study {
  std::string name;
  std::uint64_t seed = 0;
  SimulationSettings simulation;
  std::vector<Parameter> parameters;
  SamplingSettings sampling;
  BufferSettings buffer;
  TrainingSettings training;
  ValidationSettings validation;
  CheckpointSettings checkpoint;
  bool lineage = false;       ///< write which batch trained on which samples
  bool reproducible = false;  ///< write the order of arrivals as well, so that `weir replay` repeats the training; implies lineage
  ServerSettings server;
  ClientSettings client;
  LauncherSettings launcher;
  TrackerSettings trackers;
};

}  // namespace weir
