"""Schemas that tests hold documents against: to make and check one costs as much as a thousand documents."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator


@cache
def keeps_to(build: Callable[[], dict[str, Any]]) -> Draft202012Validator:
    """Return the validator of a schema, made once; raise SchemaError if it is none."""
    schema = build()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
