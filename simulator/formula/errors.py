"""What can go wrong with a formula, in the service's codes and wording (`docs/autoscale-language.md#errors`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from simulator.formula.source import Place

INSUFFICIENT_SAMPLE_DATA: Final = "InsufficientSampleData"
EVALUATION_ERROR: Final = "AutoScalingFormulaEvaluationError"
SYNTAX_ERROR: Final = "AutoScalingFormulaSyntaxError"
TOO_LONG: Final = "AutoScaleFormulaTooLong"

MESSAGES: Final = {
    INSUFFICIENT_SAMPLE_DATA: "Autoscale evaluation failed due to insufficient sample data",
    EVALUATION_ERROR: "Autoscale evaluation failed due to an error in the formula",
}
"""The first is the service's text; the service's text for the second is not known."""


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """One thing wrong with the text of a formula."""

    place: Place
    message: str
    source: str
    """The line it stands in."""

    def __str__(self) -> str:
        caret = " " * (self.place.column - 1) + "^"
        return f"{self.place}: {self.message}\n    {self.source}\n    {caret}"


class FormulaSyntaxError(ValueError):
    """A formula that the service would refuse before any run; carries every problem found."""

    def __init__(self, code: str, problems: Sequence[SyntaxProblem]) -> None:
        self.code = code
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class EvaluationError(Exception):
    """A run that stops; `offset` is where in the text."""

    def __init__(self, message: str, offset: int, code: str = EVALUATION_ERROR) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.code = code


@dataclass(frozen=True, slots=True)
class NameValue:
    """One entry of an error's `values`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AutoScaleError:
    """The `error` of a run, as the service writes it, with the place in the formula."""

    code: str
    message: str
    values: tuple[NameValue, ...]
    place: Place

    @property
    def detail(self) -> str:
        """The text with line and column."""
        return self.values[0].value if self.values else self.message
