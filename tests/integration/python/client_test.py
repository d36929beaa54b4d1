"""Solvers in Python with a real server: what arrives, and what a mistake raises."""

import os
import pathlib
import subprocess
import sys
import threading
import time
from unittest import mock

import h5py
import numpy as np
import weir
from whole import BUILD, SERVER, WEIR, WholeTest, main, toy_study

HERE = pathlib.Path(__file__).parent
SIZE, STEPS = 16, 10
MISTAKES = {
    "list": "a list came",
    "integers": "an array of int64 came; float64 or float32",
    "complex": "an array of complex128 came",
    "masked": "a masked array",
    "gpu": "an array of a GPU that is not contiguous",
    "gradient": "on Variable that requires grad",
    "field": "'v'|\"v\"",
    "number": "field is 3",
    "zero": r"field is 'u\\x00v'",
    "late": "5",
    "negative": "step is -1",
    "time": "time is 'now'",
    "nan": "the time of step 0 is nan",
    "axes": "2, 1 and 2 axes",
    "extent": "shape is 4.5",
}


def study_of(kind, ranks=1, program="solver.py", **more):
    study = toy_study(count=3, steps=STEPS, size=SIZE, **more)
    study["simulation"]["command"] = [sys.executable, str(HERE / program), kind, str(SIZE), str(STEPS)]
    study["simulation"]["ranks"] = ranks
    return study


class DataTest(WholeTest):
    def recorded(self, name, study):
        path = self.folder / f"{name}.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(study), "--to", path, "--output", self.folder / name)
        self.assertEqual(code, 0, output + self.logs(self.folder / name))
        with h5py.File(path) as file:
            self.times = file["time"][:] if "time" in file else None
            return file["parameters"][:, 0], file["fields/u"][:]

    def test_times_of_steps_are_kept_where_the_study_asks_for_them(self):
        study = study_of("serial")
        self.recorded("axis", study)
        self.assertIsNone(self.times)
        study["simulation"]["time"] = {"sent": True}
        self.recorded("sent", study)
        np.testing.assert_array_equal(self.times, np.tile(0.25 * np.arange(STEPS), (3, 1)))

    def test_every_kind_of_array_arrives_as_its_values_from_one_process_and_from_several(self):
        alone = self.recorded("alone", study_of("serial"))
        several = self.recorded("several", study_of("mpi", ranks=3))
        parts = self.recorded("parts", study_of("parts", ranks=3))
        a, u = alone
        expected = 1000 * a[:, None, None] + 100 * np.arange(STEPS)[:, None] + np.arange(SIZE)
        np.testing.assert_array_equal(u, expected.astype(np.float32))
        np.testing.assert_array_equal(several[1], u)
        np.testing.assert_array_equal(parts[1], u)

    def test_arrays_of_a_gpu_arrive_as_their_values(self):
        with mock.patch.dict(os.environ, FAKE_CUDA=str(BUILD / "tests" / "fake_cuda" / "libcuda.so.1")):
            gpu = self.recorded("gpu", study_of("gpu"))
        np.testing.assert_array_equal(gpu[1], self.recorded("host", study_of("serial"))[1])


class ResumeTest(WholeTest):
    def test_a_later_attempt_begins_where_the_server_lacks_nothing_before(self):
        """The first attempt fails when a checkpoint holds what it has sent; the second one sends the rest alone."""
        study = study_of(str(WEIR), program="resuming_solver.py", checkpoint={"every": 0.2})
        study["simulation"]["count"] = 1
        directory, _ = self.run_study(study)
        self.assert_nothing_lost(directory, simulations=1, steps=STEPS)
        self.assertEqual((directory / "logs" / "resumed").read_text(), f"{STEPS // 2}\n")


class ServerTest(WholeTest):
    """A server, and clients that are started by hand."""

    def serve(self, study):
        directory = self.folder / "D"
        server = self.enterContext(self.started("mpirun", "-n", 1, SERVER, self.write_study(study), "--output", directory))
        self.wait_until((directory / "run" / "endpoint.json").exists, "the server listens", process=server)
        return server, directory

    def test_mistakes_are_named_on_every_rank_and_the_client_goes_on(self):
        server, directory = self.serve(toy_study(count=2, steps=STEPS, size=SIZE))
        self.misuse(directory, 0, "serial", ranks=1)
        self.misuse(directory, 1, "mpi", ranks=2)
        self.wait_until(lambda: server.poll() is not None, "the server ends")
        self.assert_nothing_lost(directory, simulations=2, steps=STEPS)

    def misuse(self, directory, sim, kind, ranks):
        launch = ["mpirun", "--oversubscribe", "-n", ranks] if kind == "mpi" else []
        said = self.folder / kind
        code, output = self.run_program(*launch, sys.executable, HERE / "misuser.py", kind, STEPS, said,
                                        WEIR_STUDY_DIR=directory, WEIR_SIM=sim)
        self.assertEqual(code, 0, output)
        texts = [pathlib.Path(f"{said}.{rank}").read_text() for rank in range(ranks)]
        for text in texts:
            for mistake in MISTAKES:
                self.assertRegex(text, f"(?m)^{mistake}: ArgumentError ARGUMENT ")
            self.assertRegex(text, "(?m)^beyond: Error STEPS ")
            self.assertRegex(text, "(?m)^after: ArgumentError .*finalized")
            self.assertRegex(text, "(?m)^again: ArgumentError .*finalized")
        for mistake, named in MISTAKES.items():
            self.assertRegex(texts[0], f"(?m)^{mistake}: .*({named})")

    def test_an_array_of_a_step_that_the_stride_leaves_out_is_not_looked_at(self):
        study = toy_study(count=1, steps=2, size=SIZE)
        study["simulation"]["stride"] = 2
        server, directory = self.serve(study)
        with mock.patch.dict(os.environ, {"WEIR_STUDY_DIR": str(directory), "WEIR_SIM": "0"}), weir.Client() as client:
            client.send("u", np.zeros(SIZE))
            client.send("u", [1.0])
            with self.assertRaisesRegex(weir.ArgumentError, "a list came"):
                client.send("u", [1.0])
            client.send("u", np.zeros(SIZE))
        self.wait_until(lambda: server.poll() is not None, "the server ends")
        self.assert_nothing_lost(directory, simulations=1, steps=2)

    def test_what_a_block_raises_comes_out_of_it(self):
        _, directory = self.serve(toy_study(count=1, steps=STEPS, size=SIZE))
        with mock.patch.dict(os.environ, {"WEIR_STUDY_DIR": str(directory), "WEIR_SIM": "0"}):
            with self.assertRaisesRegex(ZeroDivisionError, "of the solver"), weir.Client() as client:
                client.send("u", np.zeros(SIZE))
                raise ZeroDivisionError("of the solver")
            with self.assertRaisesRegex(weir.ArgumentError, "finalized"):
                client.send("u", np.zeros(SIZE))

    def test_too_few_steps_are_told_at_the_end_of_the_block(self):
        _, directory = self.serve(toy_study(count=1, steps=STEPS, size=SIZE))
        with mock.patch.dict(os.environ, {"WEIR_STUDY_DIR": str(directory), "WEIR_SIM": "0"}):
            with self.assertRaises(weir.Error) as caught, weir.Client() as client:
                client.send("u", np.zeros(SIZE))
        self.assertEqual(caught.exception.status, weir.Status.STEPS)

    def test_other_threads_run_while_a_call_waits(self):
        """A server that was stopped does not answer; the call gives up after the study's timeout."""
        server, directory = self.serve(toy_study(count=1, steps=STEPS, size=SIZE, client={"timeout": 2}))
        raised = []

        def connect():
            try:
                weir.Client()
            except weir.Error as error:
                raised.append(error.status)

        subprocess.run(["pkill", "-STOP", "-s", str(server.pid), "weir-server"], check=True)
        with mock.patch.dict(os.environ, {"WEIR_STUDY_DIR": str(directory), "WEIR_SIM": "0"}):
            waiting = threading.Thread(target=connect)
            waiting.start()
            turns = 0
            while waiting.is_alive():
                turns += 1
                time.sleep(0.01)
            waiting.join()
        self.assertEqual(raised, [weir.Status.TIMEOUT])
        self.assertGreater(turns, 20, "the interpreter's lock was held")


if __name__ == "__main__":
    main()
