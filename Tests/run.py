#!/usr/bin/env python3
"""Runs every test: `swift test`, the clients of others, slow ones, a browser, the contract; ends with one line for all: `N passed, N failed`."""

import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".build" / "tests.xml"
# SwiftPM writes what Swift Testing ran beside the file that it is told.
SWIFT_TESTING_RESULTS = RESULTS.with_name("tests-swift-testing.xml")
SWIFT_TEST = ["swift", "test", "--explicit-target-dependency-import-check", "error", "--xunit-output", RESULTS]
CLIENTS = [sys.executable, ROOT / "Tests" / "Clients" / "clients.py"]
# The short form of what `make torture` does for minutes, with room for a machine that has other work beside it.
SLOW_CLIENTS = [
    sys.executable, ROOT / "Tests" / "Torture" / "slow.py",
    "--clients", "250", "--seconds", "5", "--together", "--p99", "200",
]  # fmt: skip
BROWSER = [sys.executable, ROOT / "Tests" / "Browser" / "browser.py"]
CONTRACT = [sys.executable, ROOT / "Tests" / "Contract" / "contract.py"]


def main():
    outcomes = [
        swift_tests(),
        program("clients", CLIENTS),
        program("slow clients", SLOW_CLIENTS),
        program("browser", BROWSER),
        program("contract", CONTRACT),
    ]
    passed = sum(outcome[0] for outcome in outcomes)
    failed = sum(outcome[1] for outcome in outcomes)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def swift_tests():
    SWIFT_TESTING_RESULTS.unlink(missing_ok=True)
    status = subprocess.run(SWIFT_TEST, cwd=ROOT).returncode
    total = failed = 0
    if SWIFT_TESTING_RESULTS.is_file():
        for case in ElementTree.parse(SWIFT_TESTING_RESULTS).getroot().iter("testcase"):
            total += case.find("skipped") is None
            failed += case.find("failure") is not None
    # No result, or a bad status without a failed test: it did not build, or it crashed.
    if status != 0 or total == 0:
        failed = max(failed, 1)
    return max(total - failed, 0), failed


def program(name, command):
    """Runs a test program that says at its end how many passed and failed."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    passed = failed = 0
    for line in process.stdout:
        print(line, end="", flush=True)
        match = re.fullmatch(name + r": (\d+) passed, (\d+) failed", line.strip())
        if match:
            passed, failed = int(match.group(1)), int(match.group(2))
    if process.wait() != 0 or passed == 0:
        failed = max(failed, 1)
    return passed, failed


if __name__ == "__main__":
    sys.exit(main())
