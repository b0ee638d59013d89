"""The dashboard in a browser: how large it is, and how soon there is something to see."""

import json
import subprocess
import sys

from . import programs
from .figures import Figure
from .programs import ROOT
from .rounds import Plan


def measure(plan: Plan) -> list[Figure]:
    command = [sys.executable, ROOT / "Tests/Browser/browser.py", "--figures", str(plan.rounds)]
    command += ["--daemon", programs.stripped("carillond")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise programs.BenchError("the browser did not show the dashboard")
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        Figure(
            "dashboard.bytes",
            "page, style sheet, script and icon, uncompressed",
            100,
            [found["bytes"] / 1024],
            unit="KB",
        ),
        Figure(
            "dashboard.paint",
            "first paint with content, on loopback, nothing cached",
            200,
            found["paint_milliseconds"],
            unit="ms",
        ),
    ]
