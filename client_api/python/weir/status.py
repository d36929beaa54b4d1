"""What a call ends with."""

import enum


class Status(enum.IntEnum):
    """Of the C interface: weir_status in weir/client.h says what each means."""

    OK = 0
    ARGUMENT = 1
    ENVIRONMENT = 2
    TIMEOUT = 3
    REJECTED = 4
    SIZE = 5
    STEPS = 6
    STATE = 7
    MPI = 8
    MEMORY = 9
    INTERNAL = 10


class Error(RuntimeError):
    """A call that failed; its text names the value, the place and the fix. After any but an ArgumentError the client
    can only be finalized."""

    def __init__(self, status: Status, text: str):
        super().__init__(text)
        self.status = status


class ArgumentError(Error, ValueError):
    """A call that was not made right; it had no effect, and the client can be used on."""

    def __init__(self, text: str):
        super().__init__(Status.ARGUMENT, text)


def error(status: int, text: str) -> Error:
    """The exception for a status of the C interface."""
    return ArgumentError(text) if status == Status.ARGUMENT else Error(Status(status), text)
