"""The two kinds of mapping in a scenario file: our own sections and the service's bodies."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

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
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

from simulator.meanings import describe
from simulator.quantities import no_boolean


@lru_cache(maxsize=4096)
def fold(key: str) -> str:
    """Return the form that `vmSize`, `vm_size` and `VMSIZE` have in common: the service reads keys without case."""
    return key.replace("_", "").lower()


def lower(value: object) -> object:
    """Read the service's enums in any case."""
    return value.lower() if isinstance(value, str) else value


LARGEST: Final = 2**31 - 1
"""Of the service's whole numbers, and of those that a table has room for."""
LARGEST_AMOUNT: Final = 1e12
"""Of numbers with a fraction: sums of them stay exact enough, and far from infinity."""
Count = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(no_boolean)]
Positive = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(no_boolean)]
Seed = Annotated[int, Field(ge=0, le=2**64 - 1), BeforeValidator(no_boolean)]
Retries = Annotated[int, Field(ge=-1, le=LARGEST), BeforeValidator(no_boolean)]
"""How often a failed task is tried again; -1 for ever."""
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), BeforeValidator(no_boolean)]
Amount = Annotated[float, Field(ge=0, le=LARGEST_AMOUNT, allow_inf_nan=False), BeforeValidator(no_boolean)]


DisplayName = Annotated[str, Field(max_length=1024)]
"""What people call a thing; it has no effect."""


class AbsentPartError(Exception):
    """A part was asked for that the document has in a form that cannot be read; its own problem is reported already."""


class Part(BaseModel):
    """Any mapping of a scenario file.

    An object that stands for a document with mistakes lacks the fields that could not be read
    (`simulator/scenario/checks/remains.py`): asking for one raises AbsentPartError, so that no check takes a default
    for what the file says.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe a mapping with what each of its keys means."""
        found: dict[str, Any] = handler.resolve_ref_schema(handler(schema))
        describe(cls, found)
        return found

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Raise AbsentPartError for a field without a value; called only for names that the object lacks."""
            if name in type(self).model_fields:
                raise AbsentPartError(name)
            return super().__getattr__(name)


class Section(Part):
    """A section of our own: an unknown key is an error.

    Validators are built when one is first needed; a default that is a section of its own is therefore written
    `X.model_construct()`, which needs none: the start of every command is shorter by that.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        allow_inf_nan=False,
        defer_build=True,
    )


class AsWritten(Part):
    """A mapping where it counts that a key is written, whatever it holds: what is not stays out of what is saved.

    A saved scenario then means what its source meant, and deserves the same warnings.
    """

    written_only: ClassVar[frozenset[str]]
    """Attributes that are saved only where they are written."""

    @model_serializer(mode="wrap")
    def _without_silent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        saved: dict[str, Any] = handler(self)
        for name in self.written_only - self.model_fields_set:
            saved.pop(name, None)
            saved.pop(type(self).model_fields[name].alias or name, None)
        return saved


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model as files have it, after building every model that waits for its first use.

    Pydantic before 2.14 cannot write a default value that is an instance of a model not yet built.
    """
    todo: list[type[BaseModel]] = [BaseModel]
    while todo:
        for found in todo.pop().__subclasses__():
            todo.append(found)
            if found.__module__.startswith("simulator."):
                found.model_rebuild()
    schema: dict[str, Any] = _without_titles(model.model_json_schema(by_alias=True, mode="validation"))
    return schema


def _without_titles(schema: Any) -> Any:
    """Return a schema without the titles that the validator makes from names."""
    if isinstance(schema, list):
        return [_without_titles(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    named = ("properties", "$defs")
    return {
        key: {name: _without_titles(one) for name, one in inner.items()} if key in named else _without_titles(inner)
        for key, inner in schema.items()
        if key != "title"
    }


class Body(Part):
    """A body of the service: keys without case, what a simulation does not use is kept verbatim."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        alias_generator=to_camel,
        populate_by_name=True,
        allow_inf_nan=False,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _canonical_keys(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        known = keys_of(cls)
        body: dict[Any, Any] = {}
        for key, value in data.items():
            name = known.get(fold(key)) if isinstance(key, str) else None
            if name is None:
                body[key] = value
            elif value is not None:
                body[name] = value
        return body


@cache
def keys_of(part: type[BaseModel]) -> dict[str, str]:
    """Return the keys of a mapping as files write them, by their folded form."""
    fields = part.model_fields.items()
    return {fold(key): field.alias or name for name, field in fields for key in (name, field.alias or name)}


@cache
def _fields_of(part: type[BaseModel]) -> dict[str, str]:
    """Return the attributes of a mapping by the folded keys that stand for them."""
    fields = part.model_fields.items()
    return {fold(key): name for name, field in fields for key in (name, field.alias or name)}


def field_named(part: BaseModel, key: str) -> str | None:
    """Return the attribute that holds what a file has under `key`; None where there is none."""
    return _fields_of(type(part)).get(fold(key))
