"""Studies of four fields of different shapes, whose solver says the time of each of its steps: gathered and in parts, on any number of
solver and server ranks, the server has the same."""

import h5py
import numpy as np
from whole import BUILD, WEIR, WholeTest, main, toy_study

SOLVER = BUILD / "tests" / "fields_solver"
SHAPES = {"u": [4, 6, 9], "v": [4, 6, 9], "w": [7, 5], "p": [1]}
STRIDE, STEPS, COUNT = 2, 5, 2


def study_of(delivery, layout, ranks, **more):
    study = toy_study(count=COUNT, steps=STEPS, **more)
    study["simulation"].update({
        "fields": [{"name": name, "shape": shape} for name, shape in SHAPES.items()],
        "command": [str(SOLVER), delivery, layout, str(STRIDE * STEPS)],
        "stride": STRIDE, "time": {"sent": True, "step": 4.0}, "ranks": ranks, "launch": "mpirun"})
    return study


class FieldsTest(WholeTest):
    def recorded(self, delivery, layout, ranks):
        name = f"{delivery}-{layout}-{ranks}"
        path = self.folder / f"{name}.h5"
        study = self.write_study(study_of(delivery, layout, ranks), f"{name}.json")
        code, output = self.run_program(WEIR, "generate", study, "--to", path, "--output", self.folder / name)
        self.assertEqual(code, 0, output + self.logs(self.folder / name))
        return path

    def test_recorded_data_sets_are_the_same_however_the_solver_delivers_them(self):
        first = self.recorded("gathered", "blocks", 1)
        with h5py.File(first) as file:
            a, times = file["parameters"][:, 0], file["time"][:]
            steps = STRIDE * np.arange(STEPS)
            np.testing.assert_array_equal(times, np.tile(0.5 * steps**2, (COUNT, 1)))
            for index, (name, shape) in enumerate(SHAPES.items()):
                places = 1e-3 * np.arange(np.prod(shape))
                expected = 1e3 * a[:, None, None] + 1e2 * index + steps[None, :, None] + places
                np.testing.assert_allclose(file[f"fields/{name}"][:], expected, rtol=1e-6)
                self.assertEqual(list(file[f"fields/{name}"].attrs["shape"]), shape)
        for delivery, layout, ranks in [("gathered", "blocks", 3), ("gathered", "order", 2), ("parts", "blocks", 1),
                                        ("parts", "blocks", 2), ("parts", "blocks", 3), ("parts", "order", 1),
                                        ("parts", "order", 2), ("parts", "order", 3)]:
            with self.subTest(delivery=delivery, layout=layout, ranks=ranks):
                self.assert_same(first, self.recorded(delivery, layout, ranks))

    def assert_same(self, one, other):
        with h5py.File(one) as a, h5py.File(other) as b:
            for name in ("parameters", "simulation", "time", *(f"fields/{field}" for field in SHAPES)):
                self.assertEqual(a[name][:].tobytes(), b[name][:].tobytes(), name)

    def test_studies_in_parts_train_on_every_step_on_one_server_rank_and_on_two(self):
        for server_ranks in (1, 2):
            with self.subTest(server_ranks=server_ranks):
                directory = self.folder / f"D{server_ranks}"
                study = self.write_study(study_of("parts", "blocks", 2, server={"ranks": server_ranks}))
                code, output = self.run_program(WEIR, "run", study, "--output", directory)
                self.assertEqual(code, 0, output + self.logs(directory))
                self.assertEqual(self.ledger(directory), [(sim, step) for sim in range(COUNT) for step in range(STEPS)])
                self.assertEqual(self.summary(directory)["samples"]["lost"], 0)


if __name__ == "__main__":
    main()
