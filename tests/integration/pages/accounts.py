"""Which blocks of the pages are run by another test than blocks_test.py, and which by none, and why."""

# A page, or a page and what one of its blocks begins with: the test that runs it.
RUN_BY = {
    "docs/instrument/c.md": "pages.instrument",
    "docs/instrument/checkpoints.md": "pages.instrument",
    "docs/instrument/fortran.md": "pages.instrument",
    "docs/instrument/heat2d.md": "heat2d_instrumenting_page",
    "docs/instrument/python.md": "pages.instrument",
    "docs/instrument/serial.md": "pages.instrument",
    "docs/instrument/templates.md": "pages.instrument",
    "docs/reference/c.md": "pages.reference",
    "docs/reference/commands.md": "pages.reference",
    "docs/reference/fortran.md": "pages.reference",
    "docs/reference/python.md": "pages.reference",
    ("docs/contributing.md", "docs/build "): "pages.site",
    ("docs/gpus.md", "cmake/bootstrap --cuda"): "cuda.suite",
    ("docs/installing.md", "export PATH=/opt/weir/bin"): "pages.instrument",
    ("docs/installing.md", "find_package(weir 0.1 REQUIRED COMPONENTS client)"): "pages.instrument",
    ("docs/report.md", "build/bin/weir watch D --http"): "whole.serve",
    ("docs/plugins.md", "find_package(weir 0.1 REQUIRED COMPONENTS server)"): "pages.instrument",
    ("examples/cavity/README.md", "examples/cavity/run"): "cavity_study",
    ("examples/heat2d/README.md", "mkdir -p build/heat2d-validation"): "heat2d_study",
    ("examples/reaction_diffusion/README.md", "examples/reaction_diffusion/run"): "reaction_diffusion_study",
    ("examples/reaction_diffusion/README.md", "export PYTHONPATH"): "reaction_diffusion_study",
}

ON_A_CLUSTER = "names a cluster's partitions and folders"

# A page, and what one of its blocks begins with: why nothing runs it.
NOT_RUN = {
    ("README.md", "examples/heat2d/run --quick"): "docs/tutorial/first_study.md runs the first line; the second is this suite",
    ("docs/architecture.md", "solver ranks ─"): "a drawing",
    ("docs/contributing.md", "cmake/bootstrap "): "builds weir and runs its tests, as .ci/run does",
    ("docs/exported_model.md", "import numpy, onnxruntime"): "Debian has no onnxruntime; the tests of WEIR_EXTRAS_PYTHON make this call",
    ("docs/installing.md", "cmake/bootstrap "): "builds weir, as .ci/run does; packaging.install runs the last line, with another folder",
    ("docs/installing.md", "cmake/bootstrap --aarch64"): "compiles weir once more, as tests/run --aarch64 does",
    ("docs/operations.md", "build/bin/weir check plain.json"): ON_A_CLUSTER,
    ("docs/operations.md", "build/bin/weir run plain.json --output /scratch/YOU/plain\n"): ON_A_CLUSTER,
    ("docs/operations.md", "build/bin/weir run plain.json --output /scratch/YOU/plain --resume"): ON_A_CLUSTER,
    ("docs/operations.md", "build/bin/weir watch /scratch"): ON_A_CLUSTER,
    ("docs/report.md", "ssh -N -L"): "goes to another machine",
    ("docs/trackers.md", "tensorboard --logdir"): "Debian has no TensorBoard; whole.trackers reads the files with its reader where WEIR_EXTRAS_PYTHON has it",
    ("docs/trackers.md", "export MLFLOW_ALLOW_FILE_STORE"): "Debian has no MLflow; whole.trackers reads the run with its client where WEIR_EXTRAS_PYTHON has it",
    ("docs/paper.md", "examples/paper/reproduce"): "a quarter of an hour; paper_quick does it with tiny studies",
    ("docs/testing.md", "tests/support/slurm-cluster up"): "tests/integration/slurm starts such a Slurm, elsewhere than in /tmp/c",
    ("docs/testing.md", "WEIR_FAILPOINT="): "tests/fault/campaign.py kills by this failpoint, and leaves nothing in /tmp",
    ("examples/heat2d/README.md", "examples/heat2d/run "): "minutes; docs/tutorial/first_study.md runs it with --quick",
    ("examples/paper/README.md", "examples/paper/reproduce "): "a quarter of an hour; paper_quick does it with tiny studies",
    ("examples/heat2d/README.md", "mpirun -n 2 build/bin/weir-server"): "minutes; docs/instrumenting.md does it with one simulation",
}

RUN_HERE = ("c", "cpp", "json", "python", "sh", "text")


def keys_of(block, table):
    """Of a table above, those that mean this block."""
    return [key for key in table if key == block.page or key[0] == block.page and block.text.startswith(key[1])]


def is_run_here(block):
    return not keys_of(block, RUN_BY) and not keys_of(block, NOT_RUN) and bool(block.name or block.language in RUN_HERE)


def is_accounted_for(block):
    return is_run_here(block) or bool(keys_of(block, RUN_BY) or keys_of(block, NOT_RUN))
