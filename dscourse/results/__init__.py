"""What long runs measured: small files that are written once and read by chapters and figures.

A training run or a benchmark takes longer than a reader waits. So a script runs it, and its numbers
lie here, beside the command that makes them again, the versions and the kind of machine.
"""

from dscourse.results.record import Record, load, save

__all__ = ["Record", "load", "save"]
