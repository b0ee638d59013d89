#!/usr/bin/env python3
"""Runs every test: `swift test`, the clients of others, slow ones, a browser, the contract. Ends with a line for each that
failed and one for all: `N passed, N failed`."""

import dataclasses
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
    # Told again at the end: what failed first is thousands of lines above.
    for outcome in outcomes:
        for failure in outcome.failures:
            print(f"FAILED {failure}")
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


@dataclasses.dataclass
class Outcome:
    """What one program's tests came to, and a line for each that failed."""

    passed: int
    failed: int
    failures: list

    @classmethod
    def of(cls, name, passed, failed, failures, status):
        # No result, or a bad status without a failed test: it did not build, or it crashed.
        if (status != 0 or passed == 0) and failed == 0:
            failed = 1
        if failed and not failures:
            failures = [f"{name}: it ended with status {status} and does not say what failed"]
        return cls(passed, failed, failures)


def swift_tests():
    SWIFT_TESTING_RESULTS.unlink(missing_ok=True)
    status = subprocess.run(SWIFT_TEST, cwd=ROOT).returncode
    passed = 0
    failures = []
    if SWIFT_TESTING_RESULTS.is_file():
        for case in ElementTree.parse(SWIFT_TESTING_RESULTS).getroot().iter("testcase"):
            failure = case.find("failure")
            if failure is not None:
                failures.append(f"{case.get('classname')} {case.get('name')}: {failure.get('message')}")
            else:
                passed += case.find("skipped") is None
    return Outcome.of("swift test", passed, len(failures), failures, status)


def program(name, command):
    """Runs a test program that says `NAME: FAILED …` of each test that fails, and at its end how many passed and failed."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    passed = failed = 0
    failures = []
    for line in process.stdout:
        print(line, end="", flush=True)
        if match := re.fullmatch(name + r": (\d+) passed, (\d+) failed", line.strip()):
            passed, failed = int(match.group(1)), int(match.group(2))
        elif line.startswith(name + ": FAILED "):
            failures.append(line.strip().replace("FAILED ", "", 1))
    return Outcome.of(name, passed, failed, failures, process.wait())


if __name__ == "__main__":
    sys.exit(main())
