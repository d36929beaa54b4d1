"""Runs programs one after another; an interrupt ends the one that runs in order, and lets no other begin."""

import os
import signal
import subprocess
import time

PATIENCE = 90  # s that an interrupted program gets for its orderly end
LOOK = 1  # s between two looks at whether they are over


class Interrupted(Exception):
    pass


class Failed(Exception):
    pass


class Execution:
    """Callable: runs a program to its end. An interrupt may come at any moment, also between the start of a program and our knowing it:
    the handler only notes it and passes it on, and whoever starts or waits looks at the note."""

    def __init__(self, popen=subprocess.Popen, patience=PATIENCE):
        self.popen, self.patience = popen, patience
        self.process = self.interrupted_at = None

    def listen(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.interrupt)

    def interrupt(self, *_):
        if self.interrupted_at is None:
            self.interrupted_at = time.monotonic()
            if self.process:
                self.process.send_signal(signal.SIGINT)

    def __call__(self, arguments, log):
        """With its output in `log`. Raises Failed with the end of it, or Interrupted; the program has ended in any case."""
        if self.interrupted_at is not None:
            raise Interrupted
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "w") as output:
            code = self.wait_for([str(argument) for argument in arguments], output)
        if self.interrupted_at is not None or code == 130:
            raise Interrupted
        if code != 0:
            raise Failed(f"{' '.join(map(str, arguments))} ended with code {code}; its output, {log}, ends with\n"
                         + "\n".join(log.read_text().splitlines()[-10:]))

    def wait_for(self, arguments, output):
        # A session of its own: a terminal's interrupt reaches it through us alone, once.
        self.process = self.popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                                  env=os.environ | {"OMP_NUM_THREADS": "1"})
        if self.interrupted_at is not None:
            self.process.send_signal(signal.SIGINT)
        try:
            while True:
                try:
                    return self.process.wait(LOOK)
                except subprocess.TimeoutExpired:
                    if self.interrupted_at is not None and time.monotonic() - self.interrupted_at > self.patience:
                        os.killpg(self.process.pid, signal.SIGKILL)
        finally:
            self.process = None
