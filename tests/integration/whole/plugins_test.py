"""Each part of the example plug-in in a real study, on two ranks; what a server says to a plug-in that it cannot take."""

import json
import signal

from whole import BUILD, SERVER, WEIR, WholeTest, main, toy_study

PLUGIN = BUILD / "lib" / "libweir_example.so"
OWN_SERVER = BUILD / "bin" / "example-server"


class PluginsTest(WholeTest):
    def study(self, training=None, **sections):
        study = toy_study(count=4, steps=10, size=16, server={"ranks": 2, "plugins": [str(PLUGIN)]}, **sections)
        study["training"].update(training or {})
        return study

    def data_set(self):
        data = self.folder / "data.h5"
        code, output = self.run_program(WEIR, "generate", self.write_study(toy_study(count=4, steps=10, size=16)), "--to", data,
                                        "--output", self.folder / "G")
        self.assertEqual(code, 0, output)
        return data

    def assert_trained(self, directory):
        self.assert_nothing_lost(directory, simulations=4, steps=10)
        summary = self.summary(directory)
        self.assertEqual(summary["status"], "done")
        self.assertGreater(summary["batches"], 0)
        self.assertTrue(summary["server"]["identical_weights"])

    def test_a_model_a_loss_and_a_transform_of_a_plug_in_train_and_replay_to_the_same_bits(self):
        training = {"model": {"kind": "plugin", "name": "modes"}, "loss": {"kind": "plugin", "name": "log_cosh"}, "transform": "noise"}
        directory, _ = self.run_study(self.study(training, reproducible=True))
        self.assert_trained(directory)
        self.assertTrue((directory / "model" / "model.pt").exists())
        code, output = self.run_program(WEIR, "replay", directory)
        self.assertEqual(code, 0, output)

    def test_a_loop_of_a_plug_in_trains(self):
        for loop in ["descent", "descent_on_data_set"]:
            with self.subTest(loop=loop):
                self.setUp()  # a folder each
                training = {"loop": loop, "optimizer": {"learning_rate": 0.05}}
                directory, _ = self.run_study(self.study(training))
                self.assert_trained(directory)
                losses = [record for record in map(json.loads, (directory / "metrics.jsonl").read_text().splitlines())
                          if record["kind"] == "train"]
                self.assertGreater(len(losses), 0)

    def test_a_loop_of_a_plug_in_goes_on_from_its_checkpoint(self):
        study = self.study({"loop": "descent", "optimizer": {"learning_rate": 0.05}},
                           checkpoint={"batches": 2, "every": 0})
        path, directory = self.write_study(study), self.folder / "D"
        with self.started(WEIR, "run", path, "--output", directory) as process:
            self.wait_until(lambda: any((directory / "checkpoints").glob("[0-9]*")), "a checkpoint", process=process)
            process.send_signal(signal.SIGINT)
            process.wait(60)
        code, output = self.run_program(WEIR, "run", path, "--output", directory, "--resume")
        self.assertEqual(code, 0, output + self.logs(directory))
        self.assert_trained(directory)

    def test_a_strategy_of_a_plug_in_draws_simulations_anew(self):
        sampling = {"design": "uniform", "adaptive": {"kind": "plugin", "name": "beside_the_worst", "every": 3}}
        study = self.study(sampling=sampling)
        study["simulation"]["count"] = 12
        directory, _ = self.run_study(study)
        self.assert_nothing_lost(directory, simulations=12, steps=10)

    def test_a_server_of_ones_own_has_the_same_parts(self):
        study = self.study({"model": {"kind": "plugin", "name": "modes"}, "stop": {"batches": 3}})
        study["server"]["plugins"] = []
        study["training"].update(source="dataset", dataset=str(self.data_set()))
        del study["buffer"]
        path = self.write_study(study, "own.json")
        code, output = self.run_program("mpirun", "--oversubscribe", "-n", "2", OWN_SERVER, path, "--output", self.folder / "D")
        self.assertEqual(code, 0, output + self.logs(self.folder / "D"))
        self.assertEqual(self.summary(self.folder / "D")["batches"], 3)

    def test_a_plug_in_that_cannot_be_taken_is_one_sentence_and_exit_code_2(self):
        study = self.study({"model": {"kind": "plugin", "name": "mods"}})
        _, output = self.run_study(study, expect=2)
        self.assertIn('/training/model/name: is "mods"', output)
        self.assertIn('did you mean "modes"?', output)
        study["server"]["plugins"] = [str(BUILD / "tests" / "plugins" / "libweir_test_other_version.so")]
        code, output = self.run_program(SERVER, self.write_study(study), "--output", self.folder / "E")
        self.assertEqual(code, 2, output)
        self.assertIn("build it again", output)

    def test_weir_check_names_a_plug_in_that_is_not_there(self):
        study = self.study()
        study["server"]["plugins"] = ["libnowhere.so"]
        code, output = self.run_program(WEIR, "check", self.write_study(study))
        self.assertEqual(code, 2, output)
        self.assertIn(str(self.folder / "libnowhere.so"), output)

    def test_the_option_plugin_does_what_the_study_does(self):
        study = self.study({"model": {"kind": "plugin", "name": "mods"}})
        study["server"] = {}
        path = self.write_study(study)
        code, output = self.run_program(SERVER, path, "--output", self.folder / "D")
        self.assertEqual(code, 2, output)
        self.assertIn("no plug-in brings a model", output)
        code, output = self.run_program(SERVER, path, "--output", self.folder / "D", "--plugin", PLUGIN)
        self.assertEqual(code, 2, output)
        self.assertIn('did you mean "modes"?', output)

    def test_the_resolved_study_has_the_plug_ins_of_the_study_and_of_the_option(self):
        other = BUILD / "tests" / "plugins" / "libweir_test_good.so"
        study = self.study({"source": "dataset", "dataset": str(self.data_set()), "stop": {"batches": 3}})
        study["server"] = {"plugins": [str(other)]}
        del study["buffer"]
        study["training"]["model"] = {"kind": "plugin", "name": "modes"}
        directory = self.folder / "D"
        code, output = self.run_program(SERVER, self.write_study(study), "--output", directory, "--plugin", PLUGIN)
        self.assertEqual(code, 0, output + self.logs(directory))
        self.assertEqual(self.summary(directory)["batches"], 3)
        self.assertEqual(json.loads((directory / "study.json").read_text())["server"]["plugins"], [str(other), str(PLUGIN)])


if __name__ == "__main__":
    main()
