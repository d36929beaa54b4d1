"""Each kind of surrogate through the whole: trained on two ranks, exported, and repeated to the same bits."""

import json

from whole import WEIR, WholeTest, main, toy_study

GRID = [8, 8]
KINDS = {
    "mlp": {"hidden": [16, 16], "residual": True, "fourier_features": 4},
    "decoder": {"channels": [4, 8]},
    "unet": {"channels": [4, 8], "activation": "gelu"},
    "fno": {"modes": 3, "width": 6, "layers": 2},
    "deeponet": {"hidden": [16], "basis": 6, "activation": "tanh"},
}


class ModelsTest(WholeTest):
    def test_each_kind_trains_on_two_ranks_and_its_replay_has_the_same_bits(self):
        for kind, settings in KINDS.items():
            with self.subTest(kind=kind):
                self.train_and_repeat(kind, settings)

    def train_and_repeat(self, kind, settings):
        study = toy_study(count=4, steps=10, size=64, server={"ranks": 2}, reproducible=True)
        study["simulation"]["fields"] = [{"name": "u", "shape": GRID}]
        study["training"] = {"batch": 4, "model": {"kind": kind, **settings}}
        path, directory = self.write_study(study, f"{kind}.json"), self.folder / kind
        code, output = self.run_program(WEIR, "run", path, "--output", directory)
        self.assertEqual(code, 0, f"{output}\n{self.logs(directory)}")
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        self.assertTrue(self.summary(directory)["server"]["identical_weights"])
        self.assertEqual(json.loads((directory / "model" / "card.json").read_text())["model"]["kind"], kind)
        code, output = self.run_program(WEIR, "replay", directory)
        self.assertEqual(code, 0, output)


if __name__ == "__main__":
    main()
