"""weir watch --http: the report as a page that goes on with the study, for who knows its address and nobody else."""

import contextlib
import http.client
import json
import pathlib
import re
import select
import signal
import socket
import urllib.parse

from whole import WEIR, WholeTest, let_go, main, toy_study, waiting

URL = re.compile(r"http://\S+/([0-9a-f]{32})/")


class ServeTest(WholeTest):
    @contextlib.contextmanager
    def serving(self, *arguments):
        """A server of the page, with its `address` (host, port), `path` and `token`."""
        with self.started(WEIR, "watch", "--http", *arguments) as server:
            self.wait_until(lambda: URL.search(server.output()), "the address was printed", process=server)
            found = URL.search(server.output())
            url = urllib.parse.urlsplit(found.group())
            server.address, server.path, server.token = ("127.0.0.1", url.port), url.path, found.group(1)
            yield server

    def ask(self, server, path=None, method="GET", headers={}):
        """(status, headers, text)"""
        connection = http.client.HTTPConnection(*server.address, timeout=30)
        try:
            connection.request(method, server.path if path is None else path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def say(self, server, data):
        """All that is answered to raw bytes."""
        with socket.create_connection(server.address, timeout=30) as client:
            client.sendall(data)
            answer = b""
            while piece := client.recv(65536):
                answer += piece
            return answer.decode()

    def end(self, server, number=signal.SIGINT):
        server.send_signal(number)
        return server.wait(30)

    def ended_study(self, status="done"):
        """A study that ended, made of files alone."""
        folder = self.folder / status
        (folder / "run").mkdir(parents=True)
        study = toy_study(count=1)
        study["simulation"]["command"] = ["solver"]
        (folder / "study.json").write_text(json.dumps(study))
        (folder / "summary.json").write_text(json.dumps({"status": status, "reason": ""}))
        (folder / "metrics.jsonl").write_text('{"kind":"train","batch":1,"seconds":1,"samples":4,"loss":0.5}\n')
        (folder / "run" / "client.key").write_text("the key of the study")
        return folder

    def test_page_goes_on_with_its_study(self):
        directory = self.folder / "D"
        study = waiting(toy_study(count=12, steps=20, solver=("--delay-ms", 50)))
        with self.started(WEIR, "run", self.write_study(study), "--output", directory) as run:
            self.wait_until((directory / "study.json").exists, "the study has a directory", process=run)
            with self.serving(directory) as server, self.serving(directory) as other:
                self.assertEqual(self.ask(other)[0], 200)
                self.assertEqual(self.end(other), 0)
                self.assertIsNone(run.poll(), "the study is left alone")
                pages = {}

                def live():
                    status, headers, text = self.ask(server)
                    self.assertEqual(status, 200)
                    pages[headers["ETag"]] = text
                    return "live.js" in text
                self.wait_until(lambda: live() and len(pages) >= 2, "it was made anew while the study ran", process=server)
                let_go(directory)
                self.wait_until(lambda: not live(), "the page says that the study has ended", process=server)
                first, last = list(pages.values())[0], list(pages.values())[-1]
                self.assertIn("the study has not ended", first)
                self.assertIn("As of", last)
                self.assertIn("<dt>status</dt><dd>done</dd>", last)
                self.assertIn("240 of 240", last)
                self.assertEqual(run.wait(60), 0, run.output())
                self.assertEqual(self.end(server), 0)
                self.assertIn("the study has ended: done\n", server.output())
                self.assertEqual(server.output().count(server.token), 1)
        for file in directory.rglob("*"):
            if file.is_file():
                self.assertNotIn(server.token.encode(), file.read_bytes(), file)
        self.assertNotIn("<script", (directory / "report.html").read_text())

    def test_nothing_but_the_page_is_given(self):
        with self.serving(self.ended_study()) as server:
            status, headers, text = self.ask(server)
            self.assertEqual(status, 200)
            self.assertIn("<title>toy</title>", text)
            for name, value in {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
                                "Content-Type": "text/html; charset=utf-8", "Server": None}.items():
                self.assertEqual(headers[name], value)
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertEqual(self.ask(server, headers={"If-None-Match": headers["ETag"]})[0::2], (304, ""))
            self.assertEqual(self.ask(server, method="HEAD")[0::2], (200, ""))
            self.assertIn("fetch(", self.ask(server, server.path + "live.js")[2])
            wrong = ("0" if server.token[0] != "0" else "1") + server.token[1:]
            nothing = self.ask(server, "/")
            self.assertEqual(nothing[0], 404)
            for path in (f"/{wrong}/", f"/{wrong}/live.js", f"/{server.token}", f"{server.path}study.json",
                         f"{server.path}../run/client.key", f"{server.path}%2e%2e/run/client.key", f"{server.path}//etc/passwd",
                         "/../../../../etc/passwd", "/study.json", "/favicon.ico"):
                answer = self.ask(server, path)
                self.assertEqual((answer[0], answer[1].items(), answer[2]), (404, nothing[1].items(), nothing[2]), path)
            for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
                self.assertEqual(self.ask(server, method=method)[0], 405, method)
            self.assertNotIn(server.token, pathlib.Path(f"/proc/{server.pid}/cmdline").read_text())
            self.assertNotIn(server.token, pathlib.Path(f"/proc/{server.pid}/environ").read_text())
            self.assertEqual(self.end(server, signal.SIGTERM), 0)

    def test_strange_clients_hold_nobody_up(self):
        with self.serving(self.ended_study()) as server:
            self.assertTrue(self.say(server, b"GET / HTTP/1.1\r\nA: " + b"a" * 1000000).startswith("HTTP/1.1 431 "))
            self.assertTrue(self.say(server, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").startswith("HTTP/1.1 400 "))
            self.assertTrue(self.say(server, b"POST / HTTP/1.1\r\nContent-Length: 9000000000\r\n\r\n" + b"x" * 100000)
                            .startswith("HTTP/1.1 405 "))
            with contextlib.ExitStack() as stack:
                slow = [stack.enter_context(socket.create_connection(server.address, timeout=30)) for _ in range(40)]
                for client in slow:
                    client.sendall(b"GET / HTTP/1.1\r\n")
                self.assertEqual(self.ask(server)[0], 200)
                gone = select.select(slow, [], [], 0)[0]
                self.assertLessEqual(len(gone), 9, "no deadline of theirs was waited for: of 41 clients 32 have room")
                for client in slow:  # each is told to go, or sent off
                    with contextlib.suppress(ConnectionError):
                        self.assertEqual(client.recv(1), b"")
            self.assertEqual(self.ask(server)[0], 200)
            self.assertIsNone(server.poll())

    def test_two_clients_are_served_at_a_time(self):
        with self.serving(self.ended_study()) as server, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(contextlib.closing(http.client.HTTPConnection(*server.address, timeout=30))) for _ in range(2)]
            for client in clients:
                client.connect()
            for client in reversed(clients):
                client.request("GET", server.path)
                self.assertEqual(client.getresponse().status, 200)

    def test_several_studies_are_compared(self):
        with self.serving(self.ended_study("done"), self.ended_study("failed")) as server:
            self.assertIn("2 studies compared", self.ask(server)[2])
            self.assertEqual(self.end(server), 1)

    def test_exit_code_is_that_of_the_study_that_ended(self):
        with self.serving(self.ended_study("stopped")) as server:
            self.wait_until(lambda: "the study has ended: stopped" in server.output(), "the end was told", process=server)
            self.assertEqual(self.end(server), 130)

    def test_place_is_chosen_and_a_taken_one_refused(self):
        folder = self.ended_study()
        with self.serving(folder) as server:
            place = f"127.0.0.1:{server.address[1]}"
            code, output = self.run_program(WEIR, "watch", folder, "--http", "--listen", place)
            self.assertEqual(code, 3, output)
            self.assertIn(f"port {server.address[1]} (Address already in use)", output)
            self.end(server)
            with self.serving(folder, "--listen", place) as again:
                self.assertEqual(again.address, server.address)
                self.assertNotEqual(again.token, server.token)
        with self.serving(folder, "--listen", "0.0.0.0:0") as server:
            self.assertIn("weir: warning: 0.0.0.0 is reached from other machines", server.output())
            self.assertIn(socket.gethostname(), server.output())

    def test_wrong_input_is_refused(self):
        folder = self.ended_study()
        for arguments, text in (((folder, "--http", "--listen", "here:1"), "--listen: 'here:1' is no ADDRESS:PORT"),
                                ((folder, "--listen", "8080"), "--listen 8080 says where a page is served; add --http"),
                                ((folder, folder), "a terminal shows one study"),
                                ((self.folder, "--http"), "holds no study")):
            code, output = self.run_program(WEIR, "watch", *arguments)
            self.assertEqual(code, 2, output)
            self.assertIn(text, output)


if __name__ == "__main__":
    main()
