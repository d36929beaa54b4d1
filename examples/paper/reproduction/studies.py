"""The study files of the reproduction, as objects that become JSON."""

from .settings import BATCH

TEMPERATURES = ("initial", "west", "east", "south", "north")
VALIDATION_SEED = 1001


def ensemble(settings, name, seed, simulations, command, jobs):
    """Simulations alone, as `weir generate` records them."""
    return {
        "name": name,
        "seed": seed,
        "simulation": {
            "count": simulations,
            "steps": settings.steps,
            "fields": [{"name": "temperature", "shape": [settings.grid, settings.grid], "unit": "K"}],
            "time": {"first": settings.dt, "step": settings.dt, "unit": "s"},
            "command": [*command, "--grid", str(settings.grid), "--steps", str(settings.steps), "--dt", str(settings.dt)],
            "launch": "direct",
        },
        "parameters": [{"name": temperature, "bounds": [100, 500], "unit": "K"} for temperature in TEMPERATURES],
        "buffer": {"kind": "reservoir", "capacity": 200, "watermark": 1},
        "launcher": {"jobs": jobs, "wave": jobs},
    }


def training(settings, ranks, validation):
    """What all trainings have in common: network, optimiser, schedule, batch and validation."""
    return {
        "training": {
            "batch": BATCH,
            "model": {"kind": "mlp", "hidden": [256, 256], "activation": "relu"},
            "loss": {"kind": "mse"},
            "normalisation": {"kind": "measured", "samples": settings.measured},
            "optimizer": {"kind": "adam", "learning_rate": 1e-3, "weight_decay": 1e-4},
            "schedule": {"kind": "step", "every": 10000, "factor": 0.5, "minimum": 2.5e-4},
        },
        "validation": {"dataset": str(validation), "every": settings.validate_every},
        "server": {"ranks": ranks, "threads": 1},
    }


def online(settings, name, seed, simulations, buffer, ranks, solver, validation):
    study = ensemble(settings, name, seed, simulations, [str(solver), str(settings.pace)], settings.clients)
    study |= training(settings, ranks, validation)
    # FIFO waits for nothing but a whole batch.
    watermark = BATCH if buffer == "fifo" else settings.watermark
    study["buffer"] = {"kind": buffer, "capacity": settings.capacity, "watermark": watermark}
    return study


def offline(settings, name, seed, simulations, ranks, dataset, validation, batches=None):
    """One epoch; with `batches` as many epochs as so many batches need."""
    study = ensemble(settings, name, seed, simulations, ["none"], 1) | training(settings, ranks, validation)
    del study["buffer"], study["launcher"], study["simulation"]["command"]
    study["training"] |= {"source": "dataset", "dataset": str(dataset), "epochs": 1}
    if batches is not None:
        samples = simulations * settings.steps
        study["training"] |= {"epochs": -(-batches * BATCH * ranks // samples), "stop": {"batches": batches}}
    return study
