"""A module that a user wrote in Python trains as it is given, and one that does not fit is refused before a simulation runs."""

import subprocess

from whole import WholeTest, main, toy_study

# Debian's Python, which has the LibTorch that weir is built with.
MODULE = """
import sys, torch

class Mine(torch.nn.Module):
    def __init__(self, outputs: int):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(2, 24), torch.nn.BatchNorm1d(24), torch.nn.GELU(), torch.nn.Dropout(0.1),
                                          torch.nn.Linear(24, outputs))

    def forward(self, x):
        return self.layers(x)

torch.manual_seed(1)
torch.jit.script(Mine(int(sys.argv[2]))).save(sys.argv[1])
"""
LOADED = """
import sys, torch
model = torch.jit.load(sys.argv[1])
y = model(torch.tensor([[0.5, 3.0], [0.1, 2.0]]))
assert y.shape == (2, 16) and not torch.isnan(y).any(), y
tracked = dict(model.named_buffers())["model.layers.1.num_batches_tracked"]
assert int(tracked) > 0, tracked
print("trained")
"""


class TorchScriptTest(WholeTest):
    def python(self, text, *arguments):
        program = self.folder / "program.py"  # TorchScript reads its source
        program.write_text(text)
        done = subprocess.run(["/usr/bin/python3", program, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def study(self, outputs, **sections):
        self.python(MODULE, self.folder / "mine.pt", outputs)
        study = toy_study(count=4, steps=10, size=16, **sections)
        study["training"]["model"] = {"kind": "torchscript", "file": "mine.pt"}
        return study

    def test_a_module_written_in_python_is_trained_on_two_ranks_and_exported(self):
        directory, _ = self.run_study(self.study(outputs=16, server={"ranks": 2}))
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        self.assertEqual(self.python(LOADED, directory / "model" / "model.pt"), "trained\n")

    def test_a_module_of_another_shape_is_refused_by_every_rank_before_a_simulation_runs(self):
        directory, output = self.run_study(self.study(outputs=15, server={"ranks": 2}), expect=2)
        self.assertIn("mine.pt gives Float of shape [2, 15]", output)
        self.assertIn("expected Float of shape [2, 16]", output)
        self.assertEqual(list((directory / "logs").glob("sim.*")), [])

    def test_a_module_that_is_not_there_is_refused_by_weir_check(self):
        study = self.study(outputs=16)
        (self.folder / "mine.pt").unlink()
        _, output = self.run_study(study, expect=2)
        self.assertIn("there is no file", output)
        self.assertIn("correct training.model.file", output)


if __name__ == "__main__":
    main()
