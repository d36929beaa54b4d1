/* weir client API: streams the time steps of a simulation to a weir training server.
 *
 * Three calls instrument a solver: weir_init, weir_send in the time loop, weir_finalize. C99.
 *
 * Conventions
 *  1. Collective: every call that takes a client made by weir_init is made by all ranks of its communicator, in the
 *     same order; all ranks return the same status (weir_time: when all say the same). weir_parameters, weir_resume_step, weir_strerror and
 *     weir_last_error are local and may be called by any rank alone.
 *  2. Ownership: a client belongs to the caller from a successful weir_init until weir_finalize, which frees it and
 *     sets the pointer to NULL whatever it returns. Buffers passed in stay the caller's and may be reused on return.
 *     Strings returned belong to weir: weir_strerror's live for ever, weir_last_error's until the next call with
 *     that client.
 *  3. Errors: every call returns a status; WEIR_OK is 0. After any error but WEIR_ERROR_ARGUMENT the client accepts only
 *     weir_last_error and weir_finalize. The library never aborts, exits or prints.
 *  4. Waiting: no call waits longer than the study's "client": {"timeout"} (seconds) for the server to connect, to
 *     make room or to accept a step; then it returns WEIR_ERROR_TIMEOUT. A server that is started again is followed.
 *  5. Threads: calls with one client come from one thread at a time (MPI_THREAD_FUNNELED suffices: weir calls MPI on
 *     the calling thread only). Different clients are independent. A child process made by fork cannot use its
 *     parent's clients: every call returns WEIR_ERROR_STATE.
 *
 *  6. Steps: a step is the solver's, one for each weir_send of a field, from 0. A study can ask for one of every
 *     "simulation": {"stride"} of them: then the first call of so many is sent, and the others return WEIR_OK at once,
 *     on each rank by itself, with their values and count not looked at. weir_resume_step and weir_start_at count the
 *     solver's steps all the same, so that a solver need not know the stride; the study's "steps" counts those sent.
 *
 * Environment, set by the launcher or by hand: WEIR_STUDY_DIR (the study directory), WEIR_SIM (the simulation's
 * number, from 0), WEIR_ATTEMPT (which start of it this is, from 0; missing: 0).
 */
#ifndef WEIR_CLIENT_H
#define WEIR_CLIENT_H

#include <stddef.h>

#ifndef WEIR_NO_MPI
#include <mpi.h>
#endif

#if defined(__GNUC__)
#define WEIR_API __attribute__((visibility("default")))
#else
#define WEIR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum weir_status {
  WEIR_OK = 0,
  WEIR_ERROR_ARGUMENT = 1,     /* null pointer, unknown field, capacity too small: the call had no effect */
  WEIR_ERROR_ENVIRONMENT = 2,  /* WEIR_STUDY_DIR or WEIR_SIM missing or wrong, study directory unreadable; the server
                                  was started again with other ranks, fields or steps */
  WEIR_ERROR_TIMEOUT = 3,      /* the server did not answer, or had no room, within the study's client timeout */
  WEIR_ERROR_REJECTED = 4,     /* the server refused this simulation: fenced by a newer attempt, steps lost with an
                                  earlier server (a newer attempt sends them), other study, other version,
                                  non-finite values; weir_last_error says which */
  WEIR_ERROR_SIZE = 5,         /* the ranks' local_count do not add up to the field's size in the study */
  WEIR_ERROR_STEPS = 6,        /* more steps sent than the study has, or at finalize fewer; with a stride, those that
                                  are to be sent count */
  WEIR_ERROR_STATE = 7,        /* the client had failed before */
  WEIR_ERROR_MPI = 8,          /* an MPI call failed */
  WEIR_ERROR_MEMORY = 9,       /* no memory for the gathered step */
  WEIR_ERROR_INTERNAL = 10     /* a bug in weir: please report it */
} weir_status;

typedef struct weir_client weir_client;

#ifndef WEIR_NO_MPI
/* Connects this simulation to its server; collective over `comm`, which is duplicated. On success *client is a new
 * client; on error it is NULL on every rank. Only rank 0 opens connections, and it has room for a whole field (of at
 * most 2147483647 values).
 * Errors: ARGUMENT, ENVIRONMENT, TIMEOUT, REJECTED, MPI, MEMORY, INTERNAL. */
WEIR_API weir_status weir_init(MPI_Comm comm, weir_client **client);

/* The same without the gather: every rank connects to every server rank and sends its own part of each field, for fields
 * that do not fit on rank 0. What the server gets is the same to the bit, with weir_subarray and without. All ranks
 * have even shares of the study's "client": {"window_mib"}; each holds at most its share that is not accepted yet, or
 * its part of one sample where that is more. A solver that sends a field of the next step before the last field of this
 * one needs two samples of room on each rank. Each rank has a thread of its own that serves its connections; an error
 * of one rank's connection is told to all by their next call.
 * Errors: as weir_init; ARGUMENT also on more than 65536 ranks. */
WEIR_API weir_status weir_init_parts(MPI_Comm comm, weir_client **client);
#endif

/* The same for a program without MPI. */
WEIR_API weir_status weir_init_serial(weir_client **client);

/* The study's parameters for this simulation, in the study's order and units. Writes min(capacity, *count) values
 * and sets *count to how many the study has. `values` may be NULL when capacity is 0. Errors: ARGUMENT (also when
 * capacity is smaller than *count and not 0). */
WEIR_API weir_status weir_parameters(const weir_client *client, size_t capacity, double *values, size_t *count);

/* The first step (from 0) that was not durable on the server at weir_init: all steps before it need not be computed
 * again by a solver that has its own checkpoint. With a stride it is a step that is sent; when all are durable it is
 * the study's steps × stride. Errors: ARGUMENT. */
WEIR_API weir_status weir_resume_step(const weir_client *client, size_t *step);

/* Optional, before the first send, collective: the solver goes on from its own checkpoint, and the next send of each
 * field is step `step`, the same on all ranks; with a stride it may lie between two that are sent. Without it the
 * first send is step 0.
 * Errors: ARGUMENT (also when `step` is later than weir_resume_step, or a step was sent), MPI, STATE. */
WEIR_API weir_status weir_start_at(weir_client *client, size_t step);

/* The physical time of the step that is sent next, in the study's unit; before the first send of each step. A study
 * that takes its times from the solver ("simulation": {"time": {"sent": true}}) needs it, and trains on it; in another
 * study it changes nothing. The fields of a step are then sent one after another, before those of the next. All ranks
 * say the same; the call itself waits for nobody. A second call before the first send takes the place of the first.
 * Without it a send of such a study is an ARGUMENT error. With a stride, steps that are not sent need none.
 * Errors: ARGUMENT (also when `time` is not finite, or some field of the step was sent and another was not), STATE. */
WEIR_API weir_status weir_time(weir_client *client, double time);

/* Optional, before the first send of `field`: where this rank's values lie in the field, for a block of a row-major
 * array of `dimensions` axes with `global` extents: `local` extents, at `start`. Without it the field is the ranks'
 * values one after another, in rank order. With it the field is the same however many ranks the solver uses. Arrays
 * of `dimensions` values each, outermost axis first; local values are row-major too.
 * Errors: ARGUMENT, SIZE (the blocks do not cover the field exactly once), MPI, MEMORY, STATE. */
WEIR_API weir_status weir_subarray(weir_client *client, const char *field, size_t dimensions, const size_t *global,
                          const size_t *local, const size_t *start);

/* Sends the next step of `field`: every rank's local_count values (0 is allowed), converted to FP32 before they are
 * gathered on rank 0, or sent by each rank (weir_init_parts). Each send of a field is its next step, from 0; a sample is complete when every field of the
 * study has that step. Returns when the buffer may be reused; waits while the server has no room.
 * The values may be in the memory of an NVIDIA GPU: weir copies them, after what the default stream of their GPU has to
 * do already; work of other streams has to be over.
 * Errors: ARGUMENT, TIMEOUT, REJECTED, SIZE, STEPS, STATE, MPI, MEMORY, INTERNAL. */
WEIR_API weir_status weir_send(weir_client *client, const char *field, const double *values, size_t local_count);
WEIR_API weir_status weir_send_float(weir_client *client, const char *field, const float *values, size_t local_count);

/* Waits until the server has accepted every step, says so that the simulation has ended, disconnects and frees.
 * STEPS when the study expects more steps than were sent (those sent are kept). A client that failed before
 * is freed without waiting, and the status is its first error again; only after SIZE and STEPS what was sent before is
 * delivered first. Errors: all. */
WEIR_API weir_status weir_finalize(weir_client **client);

/* One English sentence for a status; never NULL, also for a value that is none. */
WEIR_API const char *weir_strerror(weir_status status);

/* What went wrong last with this client on this rank: the value, the place and the fix; "" when nothing did. With
 * NULL: what went wrong in the calling thread's last weir_init or weir_finalize, whose client is no more. Never NULL. */
WEIR_API const char *weir_last_error(const weir_client *client);

#ifdef __cplusplus
}
#endif
#endif
