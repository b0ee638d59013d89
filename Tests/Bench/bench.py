#!/usr/bin/env python3
"""`make bench`: Carillon beside its peers and its limits, in one run, as one table.

Ratios inside one run are the figures; absolute numbers drift with the machine and stand in the notes.
"""

import argparse
import os
import sys
import time

# The driver leaves nothing behind in the source tree.
sys.dont_write_bytecode = True

from driver import (
    broker,
    dashboard,
    figures,
    footprint,
    http,
    inside,
    live,
    programs,
    raising,
    rounds,
    scraping,
    scripting,
    streams,
    subscriptions,
)

GROUPS = {
    "http": http.measure,
    "raise": raising.measure,
    "calls": inside.measure_calls,
    "stream": streams.measure,
    "live": live.measure,
    "amqp": broker.measure,
    "hung": inside.measure_hung,
    "json": inside.measure_json,
    "core": inside.measure_core,
    "script": inside.measure_scripts,
    "route": scripting.measure,
    "store": subscriptions.measure_store,
    "million": subscriptions.measure_million,
    "scrape": scraping.measure,
    "dashboard": dashboard.measure,
    "footprint": footprint.measure,
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = ", ".join(GROUPS)
    parser.add_argument(
        "--only",
        default="",
        metavar="NAMES",
        help=f"only these, with commas between: {names}, or a figure of them",
    )
    parser.add_argument(
        "--rounds", type=int, default=7, help="how often each contender runs (7; 1 is a smoke test)"
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a run is (1.0)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
    parser.add_argument("--no-build", action="store_true", help="measure what was built before")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    wanted = [name for name in chosen.only.split(",") if name] or list(GROUPS)
    names = list(dict.fromkeys(name.partition(".")[0] for name in wanted))
    if unknown := [name for name in names if name not in GROUPS]:
        print(
            f"bench: no figures are called {', '.join(unknown)}; there are {', '.join(GROUPS)}",
            file=sys.stderr,
        )
        return 2
    plan = rounds.Plan(rounds=max(1, chosen.rounds), seconds=chosen.seconds)
    measured = []
    try:
        programs.build_peers()
        if not chosen.no_build:
            print("bench: building", file=sys.stderr)
            programs.build_swift()
        for name in names:
            started = time.monotonic()
            print(f"bench: {name} …", end=" ", file=sys.stderr, flush=True)
            measured += [figure for figure in GROUPS[name](plan) if is_wanted(figure.name, wanted)]
            print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    except programs.BenchError as error:
        print(f"\nbench: {error}", file=sys.stderr)
        return 1
    print(figures.table(measured))
    print(
        f"\n{figures.summary(measured)}   ({plan.rounds} rounds, load {os.getloadavg()[0]:.1f} at the end)\n"
    )
    print(figures.notes(measured))
    if chosen.json:
        figures.write_json(chosen.json, measured, plan.rounds, plan.seconds)
    return 0


def is_wanted(figure: str, wanted: list[str]) -> bool:
    """`http` asks for all of its figures, `http.cpu` and `http.cpu.c64` for fewer."""
    return any(f"{figure}.".startswith(f"{name}.") for name in wanted)


if __name__ == "__main__":
    sys.exit(main())
