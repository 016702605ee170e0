"""Start all workers of this machine, and stop the others as soon as one of them fails."""

import socket
import subprocess
import sys
import time
from collections.abc import Sequence

GRACE = 5.0  # seconds between asking a worker to stop and stopping it: TensorFlow swallows SIGTERM


def launch(arguments: Sequence[str], count: int) -> int:
    """Run `python -m dscourse.training …` as `count` workers on this machine.

    Args:
        arguments: The words after the module's name, without addresses and index.
        count: How many workers.

    Returns:
        0 if all succeeded, else the exit status of the first worker that failed.
    """
    addresses = ",".join(f"127.0.0.1:{port}" for port in free_ports(count))
    command = [sys.executable, "-m", "dscourse.training", *arguments, "--addresses", addresses]
    workers = [subprocess.Popen([*command, "--index", str(n)]) for n in range(count)]
    try:
        return _first_failure(workers)
    finally:
        _stop(workers)


def free_ports(count: int) -> list[int]:
    """Return numbers of ports that are free now; held together, so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def _first_failure(workers: Sequence[subprocess.Popen[bytes]]) -> int:
    while True:
        statuses = [worker.poll() for worker in workers]
        failed = [status for status in statuses if status]
        if failed:
            return failed[0]
        if None not in statuses:
            return 0
        time.sleep(0.1)


def _stop(workers: Sequence[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.terminate()
    end = time.monotonic() + GRACE
    for worker in workers:
        try:
            worker.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
