"""The most nodes that a formula can ask for, known without running it."""

from functools import lru_cache

from simulator.formula.errors import FormulaSyntaxError
from simulator.formula.lint.analysis import Analysis
from simulator.formula.parser import parse
from simulator.formula.source import Source
from simulator.formula.variables import DEDICATED, LOW_PRIORITY


@lru_cache(maxsize=256)
def most_nodes(text: str) -> tuple[float, float] | None:
    """Return the most dedicated and low-priority nodes that a formula can ask for; infinite where nothing bounds them.

    A target that the formula does not set stays as it is: it asks for none by itself. None where it cannot be parsed.
    """
    try:
        analysis = Analysis(parse(text), Source(text))
    except FormulaSyntaxError:
        return None
    analysis.go()
    found = {name: analysis.targets.get(name) for name in (DEDICATED, LOW_PRIORITY)}
    dedicated, low_priority = (0.0 if fact is None else max(fact.high, 0.0) for fact in found.values())
    return dedicated, low_priority
