"""What the daemon takes without doing anything: time to start, memory, bytes on disk."""

import subprocess
import time

from . import programs
from .figures import Figure
from .programs import SCRATCH, Program
from .rounds import Plan, interleave

MB = 1 << 20


def measure(plan: Plan) -> list[Figure]:
    starts = interleave(
        plan.rounds, {"new": start_new, "again": lambda: start_in(SCRATCH / "state")}
    )
    figures = [
        Figure("footprint.start.new", "start to ready, no state yet", 50, starts["new"], unit="ms"),
        Figure(
            "footprint.start.again", "start to ready, empty state", 50, starts["again"], unit="ms"
        ),
    ]
    with programs.carillon() as ours, hello() as bare:
        # Idle is what it is called once the work of the start is over; no event says when.
        time.sleep(1)
        figures += [
            Figure(
                "footprint.memory.dirty",
                "idle private dirty",
                6,
                [ours.memory("Private_Dirty") / MB],
                unit="MB",
            ),
            Figure(
                "footprint.memory.rss",
                "idle RSS above a hello daemon with the same libraries",
                8,
                [(ours.memory() - bare.memory()) / MB],
                unit="MB",
                note=f"carillond {ours.memory() / MB:.1f} MB, hello {bare.memory() / MB:.1f} MB",
            ),
        ]
    return figures + [
        Figure(
            "footprint.size.binary",
            "stripped carillond",
            22,
            [programs.stripped("carillond").stat().st_size / MB],
            unit="MB",
        )
    ]


def start_new() -> float:
    return start_in(programs.fresh_directory("state"))


def start_in(state) -> float:
    """Milliseconds from fork to the first 200 of /readyz."""
    started = time.monotonic()
    with programs.carillon(state):
        return (time.monotonic() - started) * 1e3


def hello():
    """A program that links what carillond links, listens, and waits."""
    return HelloDaemon()


class HelloDaemon:
    def __enter__(self) -> Program:
        command = [str(programs.stripped("bench-hello"))]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        return Program(self.process.pid)

    def __exit__(self, *_) -> None:
        programs.end(self.process)
