"""The parent's end of one fork: ask it, kill it, learn how it ended."""

import contextlib
import json
import os
import select
import signal
import socket
import time
from dataclasses import dataclass

from dscourse.grading.inside.frames import Frame, receive, send


class SandboxError(Exception):
    """The grading itself broke: no fault of a student, and no reason for a grade."""


@dataclass(frozen=True)
class Ending:
    """How a child ended.

    Args:
        signal: The signal that ended it, 0 for none.
        cpu_seconds: What it used.
        megabytes: The most memory that it held.
    """

    signal: int
    cpu_seconds: float
    megabytes: float


class Child:
    """One fork of a zygote.

    Args:
        control: The zygote's socket for jobs.
        patience: Seconds to wait for the fork.

    Raises:
        SandboxError: The zygote is gone, or cannot fork.
    """

    def __init__(self, control: socket.socket, patience: float = 30.0) -> None:
        self._work, theirs = socket.socketpair()
        self._status, zygotes = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._handle = -1
        try:
            with theirs, zygotes:
                socket.send_fds(control, [b"fork"], [theirs.fileno(), zygotes.fileno()])
            self._status.settimeout(patience)
            message, fds, _, _ = socket.recv_fds(self._status, 1 << 12, 1)
            if not fds:
                raise SandboxError(f"no fork: {message.decode() or 'the zygote is gone'}.")
            [self._handle] = fds
        except OSError as error:
            self._hang_up()
            raise SandboxError(f"no fork: {error}.") from error
        except SandboxError:
            self._hang_up()
            raise

    def send(self, frame: Frame, seconds: float) -> None:
        """Write a frame within so many seconds."""
        send(self._work, frame, time.monotonic() + seconds)

    def receive(self, seconds: float) -> Frame:
        """Read a frame within so many seconds."""
        return receive(self._work, time.monotonic() + seconds)

    def end(self, patience: float = 10.0) -> Ending:
        """Kill the child, and wait until it is gone.

        Raises:
            SandboxError: It is not gone, or nobody can tell.
        """
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        try:
            if not select.select([self._handle], [], [], patience)[0]:
                raise SandboxError("a killed child did not end.")
            self._status.settimeout(patience)
            told = json.loads(self._status.recv(1 << 12) or b"null")
        except OSError as error:
            raise SandboxError(f"nobody tells how a child ended: {error}.") from error
        finally:
            self._hang_up()
        if told is None:
            raise SandboxError("the zygote is gone.")
        code = os.waitstatus_to_exitcode(told["ended"])
        return Ending(max(-code, 0), told["cpu"], told["kilobytes"] / 1024)

    def _hang_up(self) -> None:
        self._work.close()
        self._status.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
