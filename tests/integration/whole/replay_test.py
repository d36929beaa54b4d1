"""A recorded training is repeated from a data set: the same weights, to the bit."""

from whole import SERVER, WEIR, WholeTest, main, toy_study

STEPS = 40


class ReplayTest(WholeTest):
    def record(self, ranks, **env):
        study = toy_study(count=5, steps=STEPS, solver=("--delay-ms", 2), checkpoint={"batches": 10},
                          client={"timeout": 60}, reproducible=True)
        path, directory = self.write_study(study), self.folder / "D"
        code, output = self.run_program(WEIR, "run", path, "--output", directory, "--ranks", ranks, **env)
        self.assertEqual(code, 0, output + self.logs(directory))
        data = self.folder / "data.h5"
        code, output = self.run_program(WEIR, "generate", path, "--to", data)
        self.assertEqual(code, 0, output)
        return path, directory, data

    def replay(self, path, directory, data, ranks):
        return self.run_program("mpirun", "--oversubscribe", "-n", ranks, SERVER, path,
                                "--replay", directory, "--data", data)

    def assert_repeated(self, ranks, **env):
        path, directory, data = self.record(ranks, **env)
        code, output = self.replay(path, directory, data, ranks)
        self.assertEqual(code, 0, output)
        weights = lambda folder: (folder / "model" / "model.safetensors").read_bytes()
        self.assertEqual(weights(directory / "replay"), weights(directory))
        return directory

    def test_one_rank_ends_with_the_same_bits(self):
        self.assert_repeated(ranks=1)

    def test_two_ranks_end_with_the_same_bits(self):
        self.assert_repeated(ranks=2)

    def test_training_whose_server_was_killed_ends_with_the_same_bits(self):
        once = self.folder / "killed"
        directory = self.assert_repeated(ranks=2, WEIR_FAILPOINT=f"trainer.after_step:kill:20:{once}")
        self.assertTrue(once.exists())
        self.assertEqual(self.summary(directory)["server"]["restarts"], 1)

    def test_other_number_of_ranks_is_refused(self):
        path, directory, data = self.record(ranks=1)
        code, output = self.replay(path, directory, data, ranks=2)
        self.assertEqual(code, 2, output)
        self.assertIn("rank 0 of 1", output)


if __name__ == "__main__":
    main()
