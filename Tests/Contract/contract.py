#!/usr/bin/env python3
"""Holds a running Carillon against openapi.yaml with schemathesis, in a virtual environment of its own.

Without --url it starts the release binary on a free port, with a private state directory and the target policy
confined to loopback and a private directory, so that nothing is ever sent elsewhere. Then it does the same with
a service that wants to know who calls.
"""

import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import queue
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DOCUMENT = ROOT / "openapi.yaml"
ENVIRONMENT = ROOT / ".venv"
START_SECONDS = 20
STOP_SECONDS = 20


def main():
    options = arguments()
    install()
    validate()
    if options.validate_only:
        return 0
    results = []
    for token in [options.token] if options.url else [None, "contract-" + secrets.token_hex(20)]:
        with contextlib.ExitStack() as stack:
            scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carillon-contract-")))
            url = options.url or stack.enter_context(daemon(options.daemon, scratch, token))
            url = url.rstrip("/")
            check_served_document(url)
            document = closed_document(scratch) if token else DOCUMENT
            results += [run(url, document, token, seed, options.examples) for seed in options.seeds]
    passed = sum(result[0] for result in results)
    failed = sum(result[1] for result in results)
    print(f"contract: {passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="of the service; without it one is started")
    parser.add_argument("--token", help="an admin's, for --url, where the service wants one")
    parser.add_argument("--daemon", default=ROOT / ".build/release/carillond", help="the binary to start")
    parser.add_argument("--examples", type=int, default=25, help="generated for each operation, at most")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one run for each")
    parser.add_argument("--validate-only", action="store_true", help="only look at the document")
    return parser.parse_args()


def install():
    """Makes the virtual environment, unless it already holds exactly what requirements.txt asks for."""
    wanted = (HERE / "requirements.txt").read_text()
    stamp = ENVIRONMENT / "installed.txt"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"Installing into {ENVIRONMENT.name}: {', '.join(wanted.split())}", flush=True)
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    subprocess.run(
        [ENVIRONMENT / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"],
        check=True,
    )
    stamp.write_text(wanted)


def validate():
    """The document is a valid OpenAPI 3.1 document, and its examples match its schemas."""
    subprocess.run([ENVIRONMENT / "bin/openapi-spec-validator", DOCUMENT], check=True)
    subprocess.run([ENVIRONMENT / "bin/python", HERE / "document.py"], check=True)


@contextlib.contextmanager
def daemon(binary, directory, token):
    """A service of our own on a free port, that wants `token` if there is one; yields its URL once it listens."""
    if not pathlib.Path(binary).is_file():
        sys.exit(f"{binary} is not there: run `make build` first")
    unix = directory / "unix"
    unix.mkdir(mode=0o700)
    tokens = []
    if token:
        entry = {
            "name": "contract",
            "sha256": hashlib.sha256(token.encode()).hexdigest(),
            "grants": [{"role": "admin"}],
        }
        file = directory / "tokens"
        file.touch(mode=0o600)
        file.write_text(json.dumps(entry))
        tokens = ["--tokens", file]
    process = subprocess.Popen(
        [
            binary,
            *tokens,
            "--listen", "127.0.0.1:0",
            "--state-directory", directory / "state",
            "--target-policy", "127.0.0.0/8,::1/128",
            "--unix-directories", unix,
            "--script", HERE / "script.cfg",
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1,
    )  # fmt: skip
    try:
        yield url_of(process)
        if process.poll() is not None:
            sys.exit(f"carillond ended by itself, status {process.returncode}")
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            sys.exit(f"carillond did not stop within {STOP_SECONDS} seconds")


def url_of(process):
    """Waits until the daemon says where it listens; what it says is read to the end, so that it never waits for us."""
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    said = []
    with contextlib.suppress(queue.Empty):
        while line := lines.get(timeout=max(deadline - time.monotonic(), 0)):
            said.append(line)
            if match := re.search(r"listening on (http://\S+)", line):
                return match.group(1).rstrip("/")
    sys.exit("carillond does not say where it listens:\n" + "".join(said))


def check_served_document(url):
    with urllib.request.urlopen(url + "/openapi.yaml", timeout=10) as response:
        if response.read() != DOCUMENT.read_bytes():
            sys.exit(f"{url}/openapi.yaml is not the openapi.yaml of this clone: another version?")


def closed_document(directory):
    """The document without the choice of saying nothing: then schemathesis tries on every operation what happens when
    nobody says who they are, and when they say it wrongly."""
    text = DOCUMENT.read_text()
    closed = text.replace("  - basic: []\n  - {}\n", "  - basic: []\n", 1)
    if closed == text:
        sys.exit("openapi.yaml does not say that credentials may be left out where I look for it")
    file = directory / "openapi.yaml"
    file.write_text(closed)
    return file


def has_routes(url, token):
    """Whether the service runs a script: without one there is no route that could be run."""
    request = urllib.request.Request(url + "/routes")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as response:
        return bool(json.load(response)["routes"])


def run(url, document, token, seed, examples):
    """One run of schemathesis; returns how many cases passed and failed."""
    with tempfile.TemporaryDirectory() as scratch:
        process = subprocess.Popen(
            [
                ENVIRONMENT / "bin/schemathesis",
                "--config-file", HERE / "schemathesis.toml",
                "run", document,
                "--url", url,
                "--checks", "all",
                "--seed", str(seed),
                "--max-examples", str(examples),
                "--no-color",
                *([] if has_routes(url, token) else ["--exclude-operation-id", "runRoute"]),
                *(["--header", f"Authorization: Bearer {token}"] if token else []),
            ],
            cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=dict(os.environ, PYTHONPATH=str(HERE), SCHEMATHESIS_HOOKS="hooks", PYTHONDONTWRITEBYTECODE="1"),
        )  # fmt: skip
        generated = unsuccessful = 0
        for line in process.stdout:
            # A failing case may hold a body of 256 KB.
            print(line.rstrip("\n")[:2000], flush=True)
            match = re.search(r"^\s*(\d+) generated(?:, (\d+) found)?", line)
            if match:
                generated = int(match.group(1))
                unsuccessful = int(match.group(2) or 0)
        status = process.wait()
    # A warning, an error of the tool or a run without any case is a failure too.
    failed = max(unsuccessful, 1) if status or not generated else 0
    return max(generated - failed, 0), failed


if __name__ == "__main__":
    sys.exit(main())
