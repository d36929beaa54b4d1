"""weir: streams the time steps of a simulation to a weir training server.

    import weir

    with weir.Client(comm) as client:               # comm: mpi4py's; nothing for a solver without MPI
        temperatures = client.parameters
        for step in range(steps):
            u = advance(u)
            client.send("temperature", u)

The contract is that of the C interface (weir/client.h): every call is collective over the communicator, waits no longer
than the study's client timeout, and raises weir.Error, the same status on every rank, when it fails. The interpreter's
lock is released while a call waits.
"""

from .client import Client
from .status import ArgumentError, Error, Status

__all__ = ["ArgumentError", "Client", "Error", "Status"]
