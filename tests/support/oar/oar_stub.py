"""Stands in for OAR 2.5: jobs are processes of this machine, and what the commands print has the shape of the real ones' output.

The folder OAR_STUB holds a file a job (what oarstat --full --json prints of it) and calls.jsonl, a line a command. A minute of walltime
lasts OAR_STUB_MINUTE seconds.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

FOLDER = pathlib.Path(os.environ["OAR_STUB"])
MINUTE = float(os.environ.get("OAR_STUB_MINUTE", "60"))
LIVING = {"Waiting", "Launching", "Running", "Finishing"}


@contextlib.contextmanager
def locked():
    with open(FOLDER / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def path_of(job):
    return FOLDER / f"job.{job}.json"


def read(job):
    return json.loads(path_of(job).read_text())


def write(job):
    path = path_of(job["Job_Id"])
    path.with_suffix(".new").write_text(json.dumps(job, indent=3))
    path.with_suffix(".new").rename(path)


def update(number, **values):
    with locked():
        job = read(number)
        job.update(values)
        write(job)


def add_event(number, kind, description):
    with locked():
        job = read(number)
        job["events"].append({"type": kind, "job_id": number, "date": int(time.time()), "event_id": str(len(job["events"]) + 1),
                              "description": description, "to_check": "NO"})
        write(job)


def all_jobs():
    return sorted((json.loads(path.read_text()) for path in FOLDER.glob("job.*.json")), key=lambda job: job["Job_Id"])


def record_call():
    with locked(), open(FOLDER / "calls.jsonl", "a") as calls:
        calls.write(json.dumps([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]) + "\n")


def new_job(values):
    with locked():
        number = len(list(FOLDER.glob("job.*.json"))) + 1
        job = {"Job_Id": number, "array_id": number, "array_index": 1, "owner": "user", "job_user": "user", "state": "Waiting",
               "assigned_resources": [], "assigned_network_address": [], "jobType": "PASSIVE", "reservation": "None",
               "submissionTime": int(time.time()), "startTime": 0, "stopTime": 0, "message": "", "events": [], "types": [],
               "dependencies": [], "exit_code": None, "resubmit_job_id": 0, **values}
        write(job)
    return number


def run(number):
    """What oarexec does on the node: the command goes through the user's shell, in the launching directory."""
    job = read(number)
    nodes = FOLDER / f"nodes.{number}"
    nodes.write_text("localhost\n" * 4)
    environment = {**os.environ, "OAR_JOB_ID": str(number), "OAR_NODEFILE": str(nodes)}
    text = f"cd {shlex.quote(job['launchingDirectory'])} && {job['command']}"
    with open(pathlib.Path(job["launchingDirectory"]) / job["stdout_file"], "a") as output:
        process = subprocess.Popen(["bash", "-c", text], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                                   start_new_session=True)
        update(number, state="Running", startTime=int(time.time()), assigned_network_address=["localhost"], stub_pid=process.pid)
        try:
            status = process.wait(job["walltime"] / 60 * MINUTE)
        except subprocess.TimeoutExpired:
            add_event(number, "WALLTIME", f"[sarko] Job [{number}] (Elapsed)")
            add_event(number, "FRAG_JOB_REQUEST", f"User oar requested to frag the job {number}")
            status = end_group(process.pid, process)
    raw = -status if status < 0 else status << 8
    update(number, state="Terminated", exit_code=raw, stopTime=int(time.time()), message=f"R=1,J=B (exit {raw})")


def end_group(group, process=None):
    """SIGTERM, and SIGKILL two seconds later."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
    if process is None:
        return None
    try:
        return process.wait(2)
    except subprocess.TimeoutExpired:
        os.killpg(group, signal.SIGKILL)
        return process.wait()
