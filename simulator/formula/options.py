"""Decisions on points that the service leaves open (`docs/autoscale-language.md#options-of-the-language`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, get_args, get_type_hints


@dataclass(frozen=True, slots=True)
class Options:
    """How a formula is evaluated where evidence is missing."""

    scalar_from_vector: Literal["accept", "error"] = "accept"
    """A vector of one element where a number is needed."""
    metric_as_number: Literal["live_nodes", "latest_sample"] = "live_nodes"
    """Whether node counts are read live or from the history."""
    empty_aggregate: Literal["error", "zero", "nan"] = "error"
    """`avg min max range std percentile` of nothing."""
    non_finite: Literal["ieee", "error"] = "ieee"
    """Division by zero, logarithm of what is not positive."""
    percentile_method: Literal["nearest_rank", "linear"] = "nearest_rank"
    """How `percentile` picks its value."""
    val_out_of_range: Literal["error_unless_empty", "error", "zero"] = "error_unless_empty"
    """`val` with an index outside its vector."""
    sunday_number: Literal[0, 7] = 0
    """`weekday` of a Sunday."""
    sample_order: Literal["oldest_first", "newest_first"] = "oldest_first"
    """Order of the samples that `GetSample` returns."""
    stop_behavior: Literal["apply", "discard"] = "apply"
    """Whether `stop()` applies what was assigned so far."""
    negative_target: Literal["clamp", "error"] = "clamp"
    """What becomes of a target below 0."""
    rand_seed: int | None = None
    """Seed of `rand()` in each evaluation; None: a run draws from the stream of its pool."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """Read options by name; `ValueError` says which name or value is unknown. `nearest` is `nearest_rank`."""
        known = _known()
        chosen: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown option '{name}', expected one of {', '.join(sorted(known))}")
            allowed = get_args(known[name])
            value = _SYNONYMS.get(value, value) if isinstance(value, str) else value  # noqa: PLW2901
            if name == "rand_seed":
                if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                    raise ValueError(f"option 'rand_seed' is a whole number, not {value!r}")
            elif value not in allowed:
                listed = ", ".join(map(str, allowed))
                raise ValueError(f"option '{name}' cannot be {value!r}, expected one of {listed}")
            chosen[name] = value
        return cls(**chosen)


@cache
def _known() -> dict[str, Any]:
    """Return the options with the values that each may have."""
    return get_type_hints(Options)


_SYNONYMS: Final = {"nearest": "nearest_rank"}
