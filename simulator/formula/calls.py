"""Calls of the language's functions: which form of a function takes the arguments, and what it makes of them."""

import random
from collections.abc import Callable
from typing import Any, Final

from simulator.formula.errors import EvaluationError
from simulator.formula.functions import FUNCTIONS, LIST, Function, Signature
from simulator.formula.run import State
from simulator.formula.source import suggestion
from simulator.formula.tree import Call
from simulator.formula.values import Timestamp, Value, parse_time, type_name

Evaluate = Callable[[State], Any]
"""What an expression becomes: given the state of a run, it returns the expression's value."""


class StopEvaluation(Exception):  # noqa: N818 - `stop()` is no error
    """The formula called `stop()`."""


def compile_call(node: Call, arguments: list[Evaluate]) -> Evaluate:
    """Return the function that computes a call, from those that compute its arguments."""
    function = FUNCTIONS.get(node.name)
    offset = node.bracket
    if function is None:
        message = f"unknown function '{node.name}'{suggestion(node.name, FUNCTIONS)}"
        start = node.start

        def unknown(_: State) -> Any:
            raise EvaluationError(message, start)

        return unknown
    if function.name == "time" and not arguments:
        return lambda state: state.now
    if function.name in _SPECIAL:
        special = _SPECIAL[function.name]
        return lambda state: special(state, [argument(state) for argument in arguments], offset)

    if len(function.forms) == 1 and function.forms[0].parameters == (LIST,):
        return _list_call(function, arguments, offset)

    def call(state: State) -> Any:
        given = [argument(state) for argument in arguments]
        compute, fitted = _fit(function, given, state, offset)
        try:
            return compute(state.options, *fitted)
        except ValueError as error:
            raise EvaluationError(str(error), offset) from None

    return call


def _list_call(function: Function, arguments: list[Evaluate], offset: int) -> Evaluate:
    """Compile the call of a function that takes one list of any length."""
    compute = function.forms[0].compute

    def call(state: State) -> Any:
        flat: list[float] = []
        for argument in arguments:
            value = argument(state)
            if type(value) is float:
                flat.append(value)
            elif type(value) is list:
                flat += value
            else:
                raise EvaluationError(f"{function.usage} cannot take a {type_name(value)}", offset)
        try:
            return compute(state.options, flat)
        except ValueError as error:
            raise EvaluationError(str(error), offset) from None

    return call


def _fit(function: Function, given: list[Any], state: State, offset: int) -> tuple[Callable[..., Value], list[Any]]:
    """Choose the form of a function that takes these arguments, and turn them into what it wants."""
    for form in function.forms:
        fitted = _fitted(form, given, state)
        if fitted is not None:
            return form.compute, fitted
    found = ", ".join(type_name(value) for value in given) or "nothing"
    raise EvaluationError(f"{function.usage} cannot take {found}", offset)


def _fitted(form: Signature, given: list[Any], state: State) -> list[Any] | None:
    if form.parameters == (LIST,):
        if len(given) == 1 and type(given[0]) is list:
            return given
        flat: list[float] = []
        for value in given:
            if type(value) is float:
                flat.append(value)
            elif type(value) is list:
                flat += value
            else:
                return None
        return [flat]
    if len(given) != len(form.parameters):
        return None
    fitted: list[Any] = []
    for kind, value in zip(form.parameters, given, strict=True):
        if kind == "double" and type(value) is float:
            fitted.append(value)
        elif (
            kind == "double"
            and len(form.parameters) > 1
            and type(value) is list
            and len(value) == 1
            and state.options.scalar_from_vector == "accept"
        ):
            fitted.append(value[0])
        elif kind == "doubleVec" and type(value) is list:
            fitted.append(value)
        else:
            return None
    return fitted


def _time(state: State, given: list[Any], offset: int) -> Timestamp:
    if not given or given == [""]:
        return state.now
    if len(given) != 1 or type(given[0]) is not str:
        raise EvaluationError(f"{FUNCTIONS['time'].usage} cannot take {', '.join(map(type_name, given))}", offset)
    try:
        return parse_time(given[0])
    except ValueError as error:
        raise EvaluationError(str(error), offset) from None


def _rand(state: State, given: list[Any], offset: int) -> float:
    if given:
        raise EvaluationError("rand() takes nothing", offset)
    if state.random is None:
        seed, draw = state.options.rand_seed, state.context.draw
        state.random = random.Random(seed).random if draw is None or seed is not None else draw  # noqa: S311 - no secret
    return state.random()


def _stop(_: State, given: list[Any], offset: int) -> Any:
    if given:
        raise EvaluationError("stop() takes nothing", offset)
    raise StopEvaluation


_SPECIAL: Final[dict[str, Callable[[State, list[Any], int], Any]]] = {"time": _time, "rand": _rand, "stop": _stop}
