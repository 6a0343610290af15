"""What the validator says is reported in our own words, by its kinds and by replacing parts of its text.

Each kind of error that a scenario can have is provoked here, with the words it must come out in: a version of the
validator that says something else, or calls a kind by another name, fails this test before anybody reads it.
"""

from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from simulator.errors import Problem
from simulator.scenario.checks.findings import Loc
from simulator.scenario.reading.schema_refusals import explain


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Everything(BaseModel):
    """One field for each kind of error."""

    model_config = ConfigDict(extra="forbid")

    whole: int = 0
    number: float = 0
    finite: Annotated[float, Field(allow_inf_nan=False)] = 0
    flag: bool = False
    text: str = ""
    listed: tuple[int, ...] = ()
    some: Annotated[tuple[int, ...], Field(min_length=1)] = (1,)
    many: Annotated[tuple[int, ...], Field(min_length=3)] = (1, 2, 3)
    few: Annotated[tuple[int, ...], Field(max_length=2)] = ()
    mapping: dict[str, int] = {}
    section: Cat | None = None
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    colour: Colour = Colour.RED
    word: Literal["one", "two", "three"] = "one"
    from_one: Annotated[int, Field(ge=1)] = 1
    above: Annotated[float, Field(gt=0)] = 1
    most: Annotated[int, Field(le=9)] = 1
    below: Annotated[float, Field(lt=1)] = 0
    short: Annotated[str, Field(max_length=3)] = ""
    long: Annotated[str, Field(min_length=2)] = "ab"
    pattern: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    own: int = 0

    @field_validator("own")
    @classmethod
    def _refused(cls, value: int) -> int:
        if value:
            raise ValueError("expected nothing at all")
        return value


class Nowhere:
    """Knows no places."""

    def is_unread(self, loc: Loc) -> bool:
        del loc
        return False

    def problem(self, message: str, loc: Loc, *, is_warning: bool = False, is_missing: bool = False) -> Problem:
        del is_warning, is_missing
        return Problem(message, path=".".join(map(str, loc)))


@pytest.mark.parametrize(
    ("name", "value", "expected_message"),
    [
        ("whole", "much", "whole: expected a whole number, not 'much'"),
        ("whole", 1.5, "whole: expected a whole number, not 1.5"),
        ("whole", [], "whole: expected a whole number"),
        ("number", "much", "number: expected a valid number, unable to parse string as a number, not 'much'"),
        ("number", [], "number: expected a valid number"),
        ("finite", float("inf"), "finite: expected a finite number, not inf"),
        ("flag", "maybe", "flag: expected a valid boolean, unable to interpret input, not 'maybe'"),
        ("flag", [], "flag: expected a valid boolean"),
        ("text", 1, "text: expected a text, not 1"),
        ("listed", 1, "listed: expected a list, not 1"),
        ("some", [], "some: expected at least one"),
        ("few", [1, 2, 3], "few: expected at most 2, found 3"),
        ("many", [1], "many: expected at least 3, found 1"),
        ("mapping", [], "mapping: expected a mapping"),
        ("section", [], "section: expected a mapping"),
        ("section", {}, "section.kind: 'kind' is missing"),
        ("section", {"kind": "dog"}, "section.kind: expected 'cat', not 'dog'"),
        ("pet", {"kind": "horse"}, "pet: expected one of 'cat', 'dog', not 'horse'"),
        ("pet", {"kind": "dogs"}, "pet: unknown 'dogs', did you mean 'dog'?"),
        ("pet", {}, "pet.kind: 'kind' is missing"),
        ("colour", "blue", "colour: expected 'red' or 'green', not 'blue'"),
        ("word", "four", "word: expected 'one', 'two' or 'three', not 'four'"),
        ("from_one", 0, "from_one: expected a value greater than or equal to 1, not 0"),
        ("above", 0, "above: expected a value greater than 0, not 0"),
        ("most", 10, "most: expected a value less than or equal to 9, not 10"),
        ("below", 1, "below: expected a value less than 1, not 1"),
        ("short", "abcd", "short: should have at most 3 characters, not 'abcd'"),
        ("long", "a", "long: should have at least 2 characters, not 'a'"),
        ("pattern", "A", "pattern: should match pattern '^[a-z]+$', not 'A'"),
        ("own", 1, "own: expected nothing at all, not 1"),
        ("unheard", 1, "unheard: unknown key here"),
    ],
)
def test_every_kind_of_error_is_reported_in_our_own_words(name: str, value: object, expected_message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate({name: value})
    assert [str(problem) for problem in explain(Nowhere(), refused.value)] == [expected_message]
