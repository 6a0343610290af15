"""The forms of a distribution in a file: one value, or a mapping with the name of a shape."""

from collections.abc import Mapping
from typing import Annotated, Final, get_args

from pydantic import Discriminator, Tag
from typing_extensions import TypeAliasType

from simulator.distributions.shape import Distribution, Number, T
from simulator.distributions.shapes import (
    SHAPES,
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Mixture,
    Triangular,
    Uniform,
    Weibull,
)
from simulator.durations import Seconds
from simulator.quantities import CountedIn

SHAPE_NAMES: Final = tuple(shape.shape for shape in SHAPES)


def _shape_of(value: object) -> str | None:
    if isinstance(value, str | int | float):  # first, for most are
        return "constant"
    if isinstance(value, Distribution):
        return value.shape
    if isinstance(value, Mapping):
        names = [str(key) for key in value]
        return names[0] if len(names) == 1 and names[0] in (*SHAPE_NAMES, "constant") else None
    return "constant"


_UNION = Discriminator(
    _shape_of,
    custom_error_type="distribution",
    custom_error_message=f"expected one value or a mapping with one key out of {', '.join(SHAPE_NAMES)}",
)

# Both unions have a name, so that each is built once and described once in the schema, wherever it stands.
TimeDistribution = TypeAliasType(
    "TimeDistribution",
    Annotated[
        Annotated[Constant[Seconds], Tag("constant")]
        | Annotated[Exponential[Seconds], Tag("exponential")]
        | Annotated[Uniform[Seconds], Tag("uniform")]
        | Annotated[Lognormal[Seconds], Tag("lognormal")]
        | Annotated[Mixture[Seconds], Tag("mixture")]
        | Annotated[Weibull[Seconds], Tag("weibull")]
        | Annotated[Gamma[Seconds], Tag("gamma")]
        | Annotated[Triangular[Seconds], Tag("triangular")]
        | Annotated[Empirical[Seconds], Tag("empirical")],
        _UNION,
    ],
)
"""A duration that varies; values in seconds."""
NumberDistribution = TypeAliasType(
    "NumberDistribution",
    Annotated[
        Annotated[Constant[Number], Tag("constant")]
        | Annotated[Exponential[Number], Tag("exponential")]
        | Annotated[Uniform[Number], Tag("uniform")]
        | Annotated[Lognormal[Number], Tag("lognormal")]
        | Annotated[Mixture[Number], Tag("mixture")]
        | Annotated[Weibull[Number], Tag("weibull")]
        | Annotated[Gamma[Number], Tag("gamma")]
        | Annotated[Triangular[Number], Tag("triangular")]
        | Annotated[Empirical[Number], Tag("empirical")],
        _UNION,
    ],
)
"""A number that varies and is never negative."""


class DrawnIn(CountedIn):
    """What the numbers of a distribution under a key count."""

    def read(self, value: object) -> object:
        """Return a bare text, and those of a shape's values, as the numbers that they stand for."""
        if isinstance(value, str):
            return super().read(value)
        if not isinstance(value, Mapping):
            return value
        return {
            name: self._parameters(VALUES[name], inner) if name in VALUES else inner for name, inner in value.items()
        }

    def _parameters(self, counted: frozenset[str], parameters: object) -> object:
        if not isinstance(parameters, Mapping):
            return parameters
        return {key: self._numbers(one) if key in counted else one for key, one in parameters.items()}

    def _numbers(self, value: object) -> object:
        if isinstance(value, list | tuple):
            return [self._numbers(one) for one in value]
        return super().read(value) if isinstance(value, str) else value


VALUES: Final[Mapping[str, frozenset[str]]] = {
    shape.shape: frozenset(
        field.alias or name
        for name, field in shape.model_fields.items()
        if T in (field.annotation, *get_args(field.annotation))
    )
    for shape in (Constant, *SHAPES)
}
"""The parameters of each shape that are values such as it draws."""
