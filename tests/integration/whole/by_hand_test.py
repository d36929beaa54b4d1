"""The server alone, with clients that are started by hand."""

import os

from whole import SERVER, TOY, WholeTest, main, toy_study


class ByHandTest(WholeTest):
    def test_clients_started_by_hand_feed_two_server_ranks(self):
        directory = self.folder / "D"
        study = self.write_study(toy_study(count=3, steps=7))
        with self.started("mpirun", "--oversubscribe", "-n", 2, SERVER, study, "--output", directory) as server:
            endpoint = directory / "run" / "endpoint.json"
            self.wait_until(endpoint.exists, "the server listens", process=server)
            for sim in (2, 0, 1):
                code, output = self.run_program(TOY, "--steps", 7, WEIR_STUDY_DIR=directory, WEIR_SIM=sim)
                self.assertEqual(code, 0, output)
            server.wait(60)
            self.assertEqual(server.returncode, 0, server.output() + self.logs(directory))
        self.assert_nothing_lost(directory, simulations=3, steps=7)

    def test_client_may_start_before_the_server(self):
        directory = self.folder / "D"
        study = self.write_study(toy_study(count=1))
        os.makedirs(directory, mode=0o700)
        with self.started(TOY, WEIR_STUDY_DIR=directory, WEIR_SIM=0) as client:
            with self.started("mpirun", "-n", 1, SERVER, study, "--output", directory) as server:
                client.wait(60)
                self.assertEqual(client.returncode, 0, client.output())
                server.wait(60)
                self.assertEqual(server.returncode, 0, server.output())
        self.assert_nothing_lost(directory, simulations=1, steps=10)

    def test_wrong_usage_is_told_from_a_wrong_study(self):
        code, output = self.run_program(SERVER)
        self.assertEqual(code, 2, output)
        code, output = self.run_program("mpirun", "-n", 1, SERVER, self.folder / "missing.json")
        self.assertEqual(code, 2, output)
        self.assertIn("missing.json", output)


if __name__ == "__main__":
    main()
