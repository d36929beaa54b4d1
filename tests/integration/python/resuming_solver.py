"""Its first attempt sends half of the steps, waits until a checkpoint holds them, and fails; a later one goes on from resume_step, which
it writes to logs/resumed. usage: resuming_solver.py WEIR SIZE STEPS"""

import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import weir

DIRECTORY = pathlib.Path(os.environ["WEIR_STUDY_DIR"])


def wait_until_durable(ledger, samples):
    """`weir ledger` of a study that runs prints what its newest checkpoint holds."""
    end = time.monotonic() + 30
    while len(subprocess.run(ledger, capture_output=True).stdout.splitlines()) < samples:
        if time.monotonic() > end:
            sys.exit("no checkpoint has held it within 30 s")
        time.sleep(0.05)


def main():
    size, steps = int(sys.argv[2]), int(sys.argv[3])
    first = os.environ["WEIR_ATTEMPT"] == "0"
    client = weir.Client()
    if not first:
        (DIRECTORY / "logs" / "resumed").write_text(f"{client.resume_step}\n")
    client.start_at(client.resume_step)
    for step in range(client.resume_step, steps // 2 if first else steps):
        client.send("u", np.full(size, float(step)))
    if first:
        wait_until_durable([sys.argv[1], "ledger", DIRECTORY], steps // 2)
        os._exit(1)
    client.finalize()


if __name__ == "__main__":
    main()
