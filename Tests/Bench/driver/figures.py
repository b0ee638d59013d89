"""What was measured, against what was promised: figures, verdicts, the table and its JSON."""

import json
import os
import platform
import statistics
from dataclasses import dataclass, field


@dataclass
class Figure:
    """One row: a number for each round, and the limit it is held against (None: only told)."""

    name: str
    what: str
    limit: float | None
    values: list[float] = field(default_factory=list)
    at_least: bool = False
    unit: str = "×"
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The middle half of the rounds: what we call the spread."""
        if len(self.values) < 4:
            return min(self.values), max(self.values)
        lower, _, upper = statistics.quantiles(self.values, n=4, method="inclusive")
        return lower, upper

    @property
    def verdict(self) -> str:
        """A miss whose limit lies within the spread is a tie: another run might say otherwise."""
        if self.limit is None:
            return ""
        lower, upper = self.quartiles
        if self.at_least:
            return (
                "met" if self.median >= self.limit else "tie" if upper >= self.limit else "MISSED"
            )
        return "met" if self.median <= self.limit else "tie" if lower <= self.limit else "MISSED"

    def as_json(self) -> dict:
        lower, upper = self.quartiles
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            "limit": self.limit,
            "sense": ">=" if self.at_least else "<=",
            "median": round(self.median, 4),
            "quartiles": [round(lower, 4), round(upper, 4)],
            "values": [round(value, 4) for value in self.values],
            "verdict": self.verdict or None,
            "note": self.note or None,
        }


def number(value: float, unit: str) -> str:
    """Three digits that matter, thousands set apart."""
    text = (
        f"{value:,.0f}"
        if abs(value) >= 100
        else f"{value:.3g}"
        if abs(value) < 10
        else f"{value:.1f}"
    )
    return f"{text} {unit}" if unit else text


def table(figures: list[Figure]) -> str:
    rows = [("figure", "what", "limit", "median", "spread (quartiles)", "verdict")]
    for figure in figures:
        lower, upper = figure.quartiles
        sense = "≥" if figure.at_least else "≤"
        limit = "" if figure.limit is None else f"{sense} {number(figure.limit, figure.unit)}"
        spread = f"{number(lower, '')} – {number(upper, '')}" if len(figure.values) > 1 else ""
        rows.append(
            (
                figure.name,
                figure.what,
                limit,
                number(figure.median, figure.unit),
                spread,
                figure.verdict,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows
    )


def notes(figures: list[Figure]) -> str:
    return "\n".join(f"{figure.name}: {figure.note}" for figure in figures if figure.note)


def summary(figures: list[Figure]) -> str:
    verdicts = [figure.verdict for figure in figures]
    return ", ".join(f"{verdicts.count(word)} {word}" for word in ("met", "tie", "MISSED"))


def write_json(path: str, figures: list[Figure], rounds: int, seconds: float) -> None:
    machine = {"cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()}
    document = {
        "machine": machine,
        "rounds": rounds,
        "seconds": seconds,
        "figures": [figure.as_json() for figure in figures],
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")
