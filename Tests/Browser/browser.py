#!/usr/bin/env python3
"""The dashboard in a real browser: Debian's Chromium without a window, against a daemon of our own. Every action, by
mouse and by keyboard; 10,000 subscribers; what is hostile shown as text; the connection lost and found; axe-core's rules
for accessibility. Ends with one line: `browser: N passed, N failed`.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENVIRONMENT = ROOT / ".venv" / "browser"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--daemon", default=ROOT / ".build/release/carillond", help="the binary to start")
    parser.add_argument("--only", help="tests with this in their name")
    parser.add_argument("--figures", type=int, metavar="ROUNDS", help="test nothing; print what `make bench` wants to know, as JSON")
    options = parser.parse_args()
    if pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        install()
        os.execv(ENVIRONMENT / "bin/python", [ENVIRONMENT / "bin/python", __file__, *sys.argv[1:]])

    import figures
    import page
    import service
    import tests

    with tempfile.TemporaryDirectory(prefix="carillon-browser-") as directory:
        with service.Service(options.daemon, pathlib.Path(directory)) as daemon, page.Page(daemon.url) as browser:
            if options.figures:
                figures.show(browser, options.figures)
                return 0
            passed, failed = run(tests.of(daemon, browser), options.only or "")
    print(f"browser: {passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def install():
    """Makes the virtual environment, unless it already holds exactly what requirements.txt asks for."""
    wanted = (HERE / "requirements.txt").read_text()
    stamp = ENVIRONMENT / "installed.txt"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Installing what drives the browser into .venv/browser", flush=True)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    subprocess.run(
        [
            ENVIRONMENT / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
            "-r", HERE / "requirements.txt",
        ],
        check=True,
    )  # fmt: skip
    stamp.write_text(wanted)


def run(tests, only):
    passed = failed = 0
    for name, test in tests:
        if only not in name:
            continue
        began = time.monotonic()
        try:
            test()
            passed += 1
            print(f"browser: {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:  # whatever the browser or an assertion says
            failed += 1
            print(f"browser: FAILED {name}\n{traceback.format_exc()}", flush=True)
    return passed, failed


if __name__ == "__main__":
    sys.exit(main())
