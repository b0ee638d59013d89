#!/usr/bin/env python3
"""Builds each Fuzz*.swift beside this file with libFuzzer and the address sanitizer, and runs it for some seconds.

What it learns is kept in .build-fuzz/corpus; an input that crashes is left in .build-fuzz and named in the output.
"""

import argparse
import base64
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / ".build-fuzz"
INSTRUMENT = ["-sanitize=fuzzer,address"]
# What the entries may import, in the order of their dependencies, and the libraries these link.
TARGETS = ["EventCore", "WireFormats", "RouteScript", "Net", "Transports"]
LIBRARIES = ["-lcurl", "-lexpat", "-lrabbitmq"]
# Inputs to begin with, and words worth trying; test data of others is left out where it is not there.
DATA = ROOT.parent / "shared" / "data"
SEEDS = {
    "FuzzJSON": DATA / "json-test-suite",
    "FuzzSIP": HERE / "Seeds" / "FuzzSIP",
    "FuzzScript": ROOT / "Tests" / "RouteScriptTests" / "Scripts",
}
REQUESTS = DATA / "picohttpparser" / "cases.json"
DICTIONARIES = {"FuzzJSON": DATA / "fuzz-dictionaries" / "json.dict"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="for each entry")
    parser.add_argument("--only", default="", help="entries whose name contains this")
    options = parser.parse_args()
    entries = [path for path in sorted(HERE.glob("Fuzz*.swift")) if options.only in path.stem]
    if not entries:
        sys.exit(f"There is no entry with {options.only!r} in its name.")
    build_targets()
    failed = [entry.stem for entry in entries if not fuzz(entry, options.seconds)]
    print(f"{len(entries) - len(failed)} passed, {len(failed)} failed {' '.join(failed)}".rstrip())
    return 1 if failed else 0


def build_targets():
    swiftc = [argument for flag in INSTRUMENT for argument in ("-Xswiftc", flag)]
    # Each with what it depends on.
    for target in ("RouteScript", "Transports"):
        subprocess.run(
            ["swift", "build", "-c", "release", "--scratch-path", BUILD, "--target", target, *swiftc],
            cwd=ROOT, check=True,
        )  # fmt: skip


def fuzz(entry, seconds):
    release = BUILD / "release"
    objects = [file for target in TARGETS for file in objects_of(target)]
    modules = [f"-fmodule-map-file={file}" for file in sorted((ROOT / "Sources").glob("C*/module.modulemap"))]
    binary = BUILD / entry.stem
    subprocess.run(
        [
            "swiftc", "-swift-version", "6", "-parse-as-library", "-O", *INSTRUMENT,
            "-I", release / "Modules", *(argument for flag in modules for argument in ("-Xcc", flag)),
            entry, *objects, *LIBRARIES, "-o", binary,
        ],
        check=True,
    )  # fmt: skip
    corpus = BUILD / "corpus" / entry.stem
    corpus.mkdir(parents=True, exist_ok=True)
    arguments = [f"-max_total_time={seconds}", f"-artifact_prefix={BUILD}/{entry.stem}-", "-timeout=10", corpus]
    for option, data in (("-dict=", DICTIONARIES.get(entry.stem)), ("", SEEDS.get(entry.stem))):
        if data and data.exists():
            arguments.append(f"{option}{data}")
        elif data:
            print(f"{entry.stem}: left out, not here: {data.name}")
    if entry.stem == "FuzzHTTP":
        add_requests(corpus)
    print(f"{entry.stem}: {seconds} seconds", flush=True)
    # Else a crash leaves a process behind that writes a backtrace and holds the pipe.
    return subprocess.run([binary, *arguments], env=os.environ | {"SWIFT_BACKTRACE": "enable=no"}).returncode == 0


def objects_of(target):
    """What was built of the sources that there are: objects of those that are gone stay in the scratch directory."""
    names = {f"{source.name}.o" for source in (ROOT / "Sources" / target).glob("**/*.swift")}
    built = (BUILD / "release" / f"{target}.build").glob("**/*.o")
    return sorted(file for file in built if file.name in names)


def add_requests(corpus):
    """Requests that another parser is tested with, one file each."""
    if not REQUESTS.is_file():
        return print(f"FuzzHTTP: left out, not here: {REQUESTS.name}")
    for number, case in enumerate(json.loads(REQUESTS.read_text())["cases"]):
        (corpus / f"case-{number}").write_bytes(base64.b64decode(case["request_b64"]))


if __name__ == "__main__":
    sys.exit(main())
