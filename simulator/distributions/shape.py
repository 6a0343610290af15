"""What all shapes of distributions have in common, and what they are distributions of."""

import inspect
import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

from simulator.durations import Seconds
from simulator.meanings import describe
from simulator.quantities import WithUnit, no_boolean

Floats = npt.NDArray[np.float64]


LARGEST_MEAN: Final = 1e12
"""Of a distribution: a draw is seldom a thousand times as large, and 64 bits count that in milliseconds."""


Ratio = Annotated[float, Field(ge=0, le=LARGEST_MEAN, allow_inf_nan=False), BeforeValidator(no_boolean)]
"""A plain number that is not negative."""
Number = Annotated[Ratio, WithUnit()]
"""Likewise of what a key counts, so that a file may have a unit behind it."""

T = TypeVar("T", bound=float)
OF: Final = {"seconds": Seconds, "number": Number}
"""What a distribution is of, by the name under which it travels to another process."""


def named_form(name: str, inner: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a mapping with the one key `name`."""
    return {"type": "object", "properties": {name: inner}, "required": [name], "additionalProperties": False}


class Distribution(BaseModel, Generic[T]):
    """One shape; `quantile` is its inverse CDF."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    shape: ClassVar[str]
    has_tail: ClassVar[bool] = False
    """Whether its parameters, each in its range, can come to a mean beyond all numbers."""

    @model_validator(mode="before")
    @classmethod
    def _open(cls, data: object) -> object:
        if isinstance(data, Mapping) and cls.shape in data:
            return data[cls.shape]
        return data

    @model_serializer(mode="wrap")
    def _close(self, handler: SerializerFunctionWrapHandler) -> Any:
        names = {name: field.alias or name for name, field in type(self).model_fields.items()}
        body = {names.get(key, key): value for key, value in handler(self).items() if value is not None}
        return {self.shape: body}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the form in the file: a mapping with the shape's name as its one key."""
        return named_form(cls.shape, cls._described(schema, handler))

    @classmethod
    def _described(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema of the parameters, with what each of them means."""
        inner: dict[str, Any] = handler.resolve_ref_schema(handler(schema))
        describe(cls, inner)
        inner.setdefault("description", inspect.getdoc(cls.__pydantic_generic_metadata__["origin"] or cls))
        return inner

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Return how to make a copy in another process: a shape of some values has no name to be found by there."""
        made = type(self).__pydantic_generic_metadata__
        names = [name for name, kind in OF.items() if made["args"] == (kind,)]
        return (_empty, (made["origin"], *names), self.__getstate__()) if names else super().__reduce__()

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """Return the value below which a share `u` (in [0, 1)) of all draws falls."""

    def draws(self, u: Floats) -> Floats:
        """Return the draws of uniform numbers; what is too large for a float is infinite, and its taker refuses it."""
        with np.errstate(over="ignore"):
            return self.quantile(u)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not self.has_tail:
            return self
        try:
            is_bounded = self.mean <= LARGEST_MEAN and self.variance < math.inf
        except OverflowError:
            is_bounded = False
        except (ValueError, ZeroDivisionError):
            return self  # its values do not fit together, which the shape itself reports
        if not is_bounded:
            raise ValueError(
                f"the tail is too long: expected a mean of at most {LARGEST_MEAN:.0e}, and a finite variance"
            )
        return self

    @property
    @abstractmethod
    def mean(self) -> float: ...

    @property
    @abstractmethod
    def variance(self) -> float: ...


def _empty(shape: type[Distribution[Any]], of: str) -> Distribution[Any]:
    """Return a distribution that is given its parameters afterwards."""
    kind: type[Distribution[Any]] = shape[OF[of]]  # type: ignore[index]
    return kind.__new__(kind)
