"""`weir replay D` alone: the ensemble is run again, the training repeated from it, and the weights compared."""

from whole import WEIR, WholeTest, main, toy_study


class ReplayCommandTest(WholeTest):
    def test_repeats_a_training_to_the_same_bits_without_a_data_set(self):
        directory, _ = self.run_study(toy_study(count=3, reproducible=True))
        code, output = self.run_program(WEIR, "replay", directory)
        self.assertEqual(code, 0, output + self.logs(directory))
        self.assertIn("replayed, with the same weights to the bit", output)

    def test_other_weights_are_told(self):
        directory, _ = self.run_study(toy_study(count=3, reproducible=True))
        model = directory / "model" / "model.safetensors"
        model.write_bytes(model.read_bytes()[:-1] + b"\x7f")
        code, output = self.run_program(WEIR, "replay", directory, "--to", self.folder / "R")
        self.assertEqual(code, 1, output)
        self.assertIn("the weights differ", output)
        self.assertTrue((self.folder / "R" / "model" / "model.pt").exists())

    def test_data_set_that_does_not_fit_is_refused_with_the_servers_words(self):
        directory, _ = self.run_study(toy_study(count=3, reproducible=True))
        other = self.folder / "other.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(toy_study(count=1), "other.json"), "--to", other)
        self.assertEqual(code, 0, output)
        code, output = self.run_program(WEIR, "replay", directory, "--data", other)
        self.assertEqual(code, 2, output)
        self.assertIn("replay.log", output)


if __name__ == "__main__":
    main()
