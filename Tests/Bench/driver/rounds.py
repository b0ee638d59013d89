"""How contenders are run: in turn, in one run, the order changing from round to round."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Plan:
    """How much is run."""

    rounds: int = 7
    seconds: float = 1.0

    @property
    def few(self) -> int:
        """For what takes long and varies little."""
        return min(self.rounds, 3)


def interleave(rounds: int, contenders: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Runs each contender once a round, forwards and backwards in turn, so that neither a slow drift of the
    machine nor the place in the round favours one of them."""
    results = {name: [] for name in contenders}
    for round_number in range(rounds):
        names = list(contenders)
        for name in reversed(names) if round_number % 2 else names:
            results[name].append(contenders[name]())
    return results


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    """Round by round: what was measured next to each other is compared."""
    return [mine / other for mine, other in zip(ours, theirs)]
