"""How solvers reach the server: ipc inside the study directory, CURVE over tcp, and what happens where neither can be."""

import json
import os

from whole import SERVER, TOY, WEIR, WholeTest, main, toy_study


def tcp_study(count=3, security="curve", ranks=1, **more):
    transport = {"kind": "tcp", "interface": "lo", "security": security}
    return toy_study(count=count, server={"ranks": ranks, "transport": transport}, **more)


class TransportTest(WholeTest):
    def endpoint(self, directory):
        return json.loads((directory / "run" / "endpoint.json").read_text())

    def mode(self, path):
        return path.stat().st_mode & 0o777

    def test_study_runs_over_tcp_with_keys_that_only_its_owner_can_read(self):
        directory, _ = self.run_study(tcp_study(ranks=2))
        self.assert_nothing_lost(directory, simulations=3, steps=10)
        endpoint = self.endpoint(directory)
        self.assertEqual(endpoint["security"], "curve")
        for address in endpoint["endpoints"]:
            self.assertTrue(address.startswith("tcp://127.0.0.1:"), address)
        for name in ("server.key", "client.key", "endpoint.json"):
            self.assertEqual(self.mode(directory / "run" / name), 0o600, name)
        self.assertEqual(self.mode(directory / "run"), 0o700)

    def test_study_without_security_runs_and_warns(self):
        directory, _ = self.run_study(tcp_study(security="none"))
        self.assert_nothing_lost(directory, simulations=3, steps=10)
        self.assertIn('"security": "none"', (directory / "logs" / "server.0.log").read_text())
        self.assertFalse((directory / "run" / "client.key").exists())

    def test_client_that_holds_another_studys_key_is_told_which_file_is_wrong(self):
        directory = self.folder / "D"
        study = self.write_study(tcp_study(count=1, client={"timeout": 20}))
        with self.started("mpirun", "-n", 1, SERVER, study, "--output", directory) as server:
            self.wait_until((directory / "run" / "endpoint.json").exists, "the server listens", process=server)
            key = directory / "run" / "client.key"
            own = key.read_text()
            key.write_text((directory / "run" / "server.key").read_text())
            code, output = self.run_program(TOY, WEIR_STUDY_DIR=directory, WEIR_SIM=0)
            self.assertNotEqual(code, 0)
            self.assertIn("client.key", output)
            key.write_text(own)
            code, output = self.run_program(TOY, WEIR_STUDY_DIR=directory, WEIR_SIM=0)
            self.assertEqual(code, 0, output)
            server.wait(60)
        self.assert_nothing_lost(directory, simulations=1, steps=10)

    def test_key_that_others_can_read_stops_client_and_server_with_the_fix(self):
        directory = self.folder / "D"
        study = self.write_study(tcp_study(count=1))
        with self.started("mpirun", "-n", 1, SERVER, study, "--output", directory) as server:
            self.wait_until((directory / "run" / "endpoint.json").exists, "the server listens", process=server)
            key = directory / "run" / "client.key"
            key.chmod(0o644)
            code, output = self.run_program(TOY, WEIR_STUDY_DIR=directory, WEIR_SIM=0)
            self.assertNotEqual(code, 0)
            self.assertIn(f"chmod 600 {key}", output)
        code, output = self.run_program("mpirun", "-n", 1, SERVER, study, "--output", directory)
        self.assertEqual(code, 3, output)
        self.assertIn(f"chmod 600 {key}", output)

    def test_server_started_again_keeps_the_keys(self):
        directory = self.folder / "D"
        study = self.write_study(tcp_study(count=1))
        keys = []
        for epoch in range(2):
            with self.started("mpirun", "-n", 1, SERVER, study, "--output", directory) as server:
                self.wait_until((directory / "run" / "endpoint.json").exists, "the server listens", process=server)
                keys.append(self.endpoint(directory)["server_key"])
            if epoch == 0:
                os.remove(directory / "run" / "endpoint.json")
        self.assertEqual(keys[0], keys[1])

    def test_interface_that_is_not_there_is_refused_with_those_that_are(self):
        study = tcp_study()
        study["server"]["transport"]["interface"] = "nosuch0"
        _, output = self.run_study(study, expect=2)
        self.assertIn("nosuch0", output)
        self.assertIn("lo (127.0.0.1)", output)

    def test_study_directory_too_deep_for_a_socket_still_works(self):
        deep = self.folder / ("d" * 120) / "D"
        code, output = self.run_program(WEIR, "run", self.write_study(toy_study()), "--output", deep)
        self.assertEqual(code, 0, output + self.logs(deep))
        self.assert_nothing_lost(deep, simulations=4, steps=10)
        socket = self.endpoint(deep)["endpoints"][0].removeprefix("ipc://")
        self.assertFalse(os.path.exists(os.path.dirname(socket)), "its private folder goes with the server")


if __name__ == "__main__":
    main()
