"""A private Slurm on this machine: munged, slurmctld and a few slurmd of its own, on free ports, in one folder.

Nothing outside the folder is read, written or configured. Works for root and for an ordinary user, several at a time.
"""

import contextlib
import getpass
import os
import pathlib
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time

DEADLINE = 60  # seconds within which a cluster is up, or all of it has ended
MAX_FOLDER = 60  # characters of its path: slurmstepd makes unix sockets in it
DAEMONS = ("munged", "slurmctld", "slurmd", "slurmstepd")
PATH = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin" + os.pathsep + "/sbin"

CONFIGURATION = """\
ClusterName=weir
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=10
CredType=cred/munge
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={ports[0]}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdLogFile={folder}/slurmd.%n.log
SlurmdSpoolDir={folder}/%n
StateSaveLocation={folder}/state
TmpFS={folder}/tmp
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=2000
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
ReturnToService=2
KillWait=2
MinJobAge=3600
MessageTimeout=20
SlurmctldTimeout=30
SlurmdTimeout=30
GresTypes=gpu
{nodes}
PartitionName=cpu Nodes=ALL Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes=n1 MaxTime=INFINITE State=UP
PartitionName=short Nodes=ALL MaxTime=1 State=UP
PartitionName=urgent Nodes=ALL MaxTime=INFINITE PriorityTier=10 State=UP
PartitionName=down Nodes=n1 MaxTime=INFINITE State=DOWN
"""


class ClusterError(Exception):
    """The cluster does not come up, or does not end."""


class SlurmCluster:
    """The cluster in `folder`, whether it is up or not. Its nodes are n1, n2, …"""

    def __init__(self, folder, nodes=2, cores=4):
        self.folder = pathlib.Path(folder).absolute()
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self.cores = cores
        if len(str(self.folder)) > MAX_FOLDER or any(letter in str(self.folder) for letter in " \t\n%,#\"'\\"):
            raise ClusterError(f"{self.folder}: wants a path of at most {MAX_FOLDER} plain characters")

    @property
    def configuration(self):
        return self.folder / "slurm.conf"

    def environment(self):
        """What Slurm's commands, and programs that use them, need to reach this cluster. Open MPI's files go with its folder, and
        its ranks wait without taking cores from each other: the nodes have more cores than the machine."""
        return {"SLURM_CONF": str(self.configuration), "TMPDIR": str(self.folder / "tmp"),
                "OMPI_MCA_btl_vader_backing_directory": str(self.folder / "tmp"), "OMPI_MCA_mpi_yield_when_idle": "1"}

    def up(self):
        """Starts it in a folder that is new or empty, and waits until every node is idle. ClusterError: all of it has ended again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if any(self.folder.iterdir()):
            raise ClusterError(f"{self.folder}: is not empty; is a cluster there? (slurm-cluster down {self.folder})")
        end = time.monotonic() + DEADLINE
        try:
            self.make_folder()
            self.start_munge()
            while not self.try_to_start(end):  # another program took a port
                self.end_processes()
                self.start_munge()
        except BaseException:
            logs = self.logs()
            self.down()
            print(logs)
            raise

    def down(self):
        """Ends every daemon, step and job, also of a cluster that is half up, and removes the folder."""
        if not self.configuration.exists() and not (self.folder / "munge.key").exists():
            return
        self.end_processes()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- its parts
    def make_folder(self):
        self.folder.chmod(0o755)  # munge and slurmd refuse folders that others may write to
        for name in ("state", "tmp", *self.nodes):
            (self.folder / name).mkdir(mode=0o755)
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        for name in ("gpu0", "gpu1"):
            (self.folder / name).touch()
        (self.folder / "gres.conf").write_text(f"NodeName=n1 Name=gpu File={self.folder}/gpu[0-1]\n")
        (self.folder / "completed").touch(mode=0o600)
        # Programs of Open MPI that start at once all make this folder, and one of them fails over it; what is in it keeps it.
        sessions = self.folder / "tmp" / f"ompi.{host_name()}.{os.getuid()}"
        sessions.mkdir(mode=0o700)
        (sessions / "output-keep").write_text("not removed by Open MPI\n")

    def configure(self, ports):
        host = host_name()  # the only thing that slurmd takes from the machine
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={self.cores} RealMemory=8000"
            + (" Gres=gpu:2" if node == "n1" else "") for node, port in zip(self.nodes, ports[1:]))
        self.configuration.write_text(
            CONFIGURATION.format(folder=self.folder, host=host, user=getpass.getuser(), ports=ports, nodes=nodes))

    def try_to_start(self, end):
        """Whether the daemons lived until every node was idle."""
        self.configure(free_ports(1 + len(self.nodes)))
        self.start_controller()
        for node in self.nodes:
            self.start_slurmd(node)
        while time.monotonic() < end:
            if self.idle_nodes() == set(self.nodes):
                return True
            if not all(self.is_alive(name) for name in ("slurmctld", *(f"slurmd.{node}" for node in self.nodes))):
                return False
            time.sleep(0.1)
        raise ClusterError(f"not idle after {DEADLINE} s: {set(self.nodes) - self.idle_nodes()}")

    def start_munge(self):
        self.daemon("munged", "--force", "--num-threads=4",
                    *(f"--{option}={self.folder}/{file}" for option, file in (
                        ("key-file", "munge.key"), ("socket", "munge.sock"), ("pid-file", "munged.pid"),
                        ("log-file", "munged.log"), ("seed-file", "munge.seed"))))

    def start_controller(self):
        self.daemon("slurmctld")

    def start_slurmd(self, node):
        self.daemon("slurmd", "-N", node)

    def daemon(self, name, *options):
        """Starts one that goes to the background by itself."""
        env = {**os.environ, **self.environment(), "PATH": PATH, "WEIR_SLURM_CLUSTER": str(self.folder)}
        with open(self.folder / "start.log", "ab") as log:
            done = subprocess.run([name, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, check=False,
                                  timeout=DEADLINE, cwd=self.folder, start_new_session=True)
        if done.returncode != 0:
            raise ClusterError(f"{name} does not start: exit code {done.returncode}")

    def pid(self, name):
        """Of munged, slurmctld or slurmd.NODE; None: it has not written it yet."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / f"{name}.pid").read_text())
        return None

    def is_alive(self, name):
        pid = self.pid(name)
        return pid is None or pid in running()

    def kill(self, name, how=signal.SIGKILL):
        """Ends one daemon, which is seen to be gone."""
        pid = self.pid(name)
        os.kill(pid, how)
        end = time.monotonic() + DEADLINE
        while pid in running():
            if time.monotonic() > end:
                raise ClusterError(f"{name} lives on after {how}")
            time.sleep(0.01)
        (self.folder / f"{name}.pid").unlink(missing_ok=True)

    def idle_nodes(self):
        done = subprocess.run(["sinfo", "-h", "-N", "-p", "cpu", "-t", "idle", "-o", "%N"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=DEADLINE,
                              env={**os.environ, **self.environment()})
        return set(done.stdout.split())

    def logs(self):
        """The end of each log, for people."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join("\n".join([f"--- {file.name}", *file.read_text(errors="replace").splitlines()[-15:]]) for file in files)

    # ---- its processes
    def processes(self):
        """Its daemons and all that its jobs have started, by id; not this process and those above it."""
        table = running()
        found = {pid for pid in table if self.owns(pid)}
        while more := {pid for pid, parent in table.items() if parent in found} - found:
            found |= more
        above, pid = set(), os.getpid()
        while pid:
            above.add(pid)
            pid = table.get(pid, 0)
        return found - above

    def owns(self, pid):
        process = pathlib.Path(f"/proc/{pid}")
        with contextlib.suppress(OSError):
            variables = (process / "environ").read_bytes().split(b"\0")
            if f"WEIR_SLURM_CLUSTER={self.folder}".encode() in variables:
                return True
            if f"SLURM_CONF={self.configuration}".encode() in variables:
                return any(variable.startswith(b"SLURM_JOB_ID=") for variable in variables)
            if os.path.basename(os.readlink(process / "exe")) in DAEMONS:  # some write their title over their environment
                return any(os.readlink(file).startswith(f"{self.folder}/") for file in (process / "fd").iterdir())
        return False

    def end_processes(self):
        """SIGKILL, again and again until none is left: what is killed last may have started another."""
        end = time.monotonic() + DEADLINE
        while left := self.processes():
            if time.monotonic() > end:
                raise ClusterError(f"processes live on after SIGKILL: {sorted(left)}")
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)


def running():
    """Parent of each process that runs, by id; zombies do not."""
    table = {}
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    table[int(entry.name)] = int(parent)
    return table


def host_name():
    return socket.gethostname().split(".")[0]


def free_ports(count):
    """Below those that Linux gives to outgoing connections, which could take one of them at any time."""
    found = []
    with contextlib.ExitStack() as held:
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                probe.bind(("", random.SystemRandom().randrange(12000, 32000)))
                found.append(probe.getsockname()[1])
    return found
