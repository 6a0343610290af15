"""A formula: parsed once, evaluated against as many contexts as wanted."""

import math
from collections.abc import Callable
from typing import Any

from simulator.formula.calls import StopEvaluation
from simulator.formula.errors import (
    EVALUATION_ERROR,
    MESSAGES,
    AutoScaleError,
    EvaluationError,
    NameValue,
)
from simulator.formula.evaluate import compile_expression, scalar, target_value
from simulator.formula.functions import FUNCTIONS
from simulator.formula.parser import parse
from simulator.formula.run import AutoScaleRun, Branch, Context, State, Step, Window
from simulator.formula.source import Source
from simulator.formula.tree import Statement, Tree
from simulator.formula.values import Keyword, Timestamp, format_double, format_value, type_name
from simulator.formula.variables import (
    ALIASES,
    CONSTANTS,
    DEDICATED,
    KEYWORDS,
    LOW_PRIORITY,
    OPTION,
    READ_ONLY,
    TARGETS,
)

Execute = Callable[[State], Any]


class Formula:
    """An autoscale formula that the service would accept."""

    def __init__(self, text: str, tree: Tree) -> None:
        self.text = text
        self.tree = tree
        self.source = Source(text)
        self._steps: list[Execute] | None = None
        """Made at the first evaluation."""

    @classmethod
    def parse(cls, text: str) -> "Formula":
        """Read a formula; `FormulaSyntaxError` carries every problem of the text."""
        return cls(text, parse(text))

    def evaluate(self, context: Context, *, trace: bool = False) -> AutoScaleRun:
        """Run the formula; whatever is wrong is in the run's `error`, nothing is raised."""
        if self._steps is None:
            self._steps = [_statement(statement) for statement in self.tree.statements]
        state = State(context, traced=trace)
        steps: list[Step] = []
        failure: EvaluationError | None = None
        discarded = False
        try:
            for statement, execute in zip(self.tree.statements, self._steps, strict=True):
                value = None
                try:
                    value = execute(state)
                finally:
                    if trace:
                        steps.append(self._step(statement, value, state))
        except StopEvaluation:
            discarded = context.options.stop_behavior == "discard"
        except EvaluationError as error:
            failure = error
        except OverflowError:
            failure = EvaluationError("a number too large to compute with", self.tree.statements[len(steps) - 1].start)
        return self._finish(state, failure, tuple(steps), discarded=discarded)

    def _finish(
        self, state: State, failure: EvaluationError | None, steps: tuple[Step, ...], *, discarded: bool
    ) -> AutoScaleRun:
        warnings: list[str] = []
        raw = {name: target_value(state, name) for name in TARGETS}
        if failure is None and not discarded:
            try:
                targets = {name: _target(state, name, value, warnings) for name, value in raw.items()}
            except EvaluationError as error:
                failure = error
        context = state.context
        option = state.option
        if failure is not None or discarded:
            targets = {DEDICATED: context.target_dedicated_nodes, LOW_PRIORITY: context.target_low_priority_nodes}
            raw = {name: float(value) for name, value in targets.items()}
            option = KEYWORDS["requeue"]
        entries = [f"{name}={format_double(value)}" for name, value in raw.items()]
        entries.append(f"{OPTION}={option.name}")
        users = dict(sorted(state.users.items()))
        entries += [f"{name}={format_value(value)}" for name, value in users.items()]
        return AutoScaleRun(
            timestamp=state.now,
            results=";".join(entries),
            error=None if failure is None else self._error(failure),
            target_dedicated_nodes=targets[DEDICATED],
            target_low_priority_nodes=targets[LOW_PRIORITY],
            node_deallocation_option=option.name,
            raw_targets=(raw[DEDICATED], raw[LOW_PRIORITY]),
            variables=users,
            warnings=tuple(warnings),
            trace=steps,
        )

    def _error(self, failure: EvaluationError) -> AutoScaleError:
        place = self.source.place(failure.offset)
        detail = NameValue("Message", f"{place}: {failure.message}")
        return AutoScaleError(failure.code, MESSAGES[failure.code], (detail,), place)

    def _step(self, statement: Statement, value: Any, state: State) -> Step:
        branches = tuple(Branch(self.source.place(offset), taken) for offset, taken in state.branches)
        windows = tuple(self._window(offset, found) for offset, found in state.windows)
        state.branches.clear()
        state.windows.clear()
        text = self.text[statement.start : statement.end]
        return Step(self.source.place(statement.start), text, statement.target, value, branches, windows)

    def _window(self, offset: int, found: Any) -> Window:
        method, metric, start, end, should, available, percent, wanted, values = found
        bounds = [None if instant is None else Timestamp(max(instant, 0)) for instant in (start, end)]
        if start is not None and start > end:
            bounds.reverse()
        share = percent if percent is not None else (100.0 if available >= should else 100.0 * available / should)
        place = self.source.place(offset)
        return Window(place, metric, method, bounds[0], bounds[1], should, available, share, wanted, tuple(values))


def _statement(statement: Statement) -> Execute:
    """Return the function that executes a statement and gives its value."""
    compute = compile_expression(statement.value)
    name, offset = statement.target, statement.start
    if name is None:
        return lambda state: _no_keyword(compute(state), offset)
    if name in READ_ONLY or name in FUNCTIONS or name in CONSTANTS or name in KEYWORDS:
        message = f"'{name}' cannot be assigned: it is {_what(name)}"

        def refuse(_: State) -> Any:
            raise EvaluationError(message, offset)

        return refuse
    if name == OPTION:
        return lambda state: _assign_option(state, compute(state), offset)
    if name in TARGETS or name in ALIASES:
        return lambda state: _assign_target(state, name, compute(state), offset)

    def assign(state: State) -> Any:
        value = _no_keyword(compute(state), offset)
        state.users[name] = value
        return value

    return assign


def _what(name: str) -> str:
    if name in READ_ONLY:
        return "measured by the service"
    return "a function" if name in FUNCTIONS else "a constant"


def _no_keyword(value: Any, offset: int) -> Any:
    if type(value) is Keyword:
        raise EvaluationError(f"'{value.name}' can only be assigned to {OPTION}", offset)
    return value


def _assign_option(state: State, value: Any, offset: int) -> Keyword:
    if type(value) is not Keyword:
        expected = ", ".join(KEYWORDS)
        raise EvaluationError(f"{OPTION}: expected one of {expected}, found a {type_name(value)}", offset)
    state.option = value
    return value


def _assign_target(state: State, name: str, value: Any, offset: int) -> float:
    if type(value) is not float:
        value = scalar(_no_keyword(value, offset), state, offset, name)
    state.assigned[name] = value
    state.placed[name] = offset
    return float(value)


def _target(state: State, name: str, value: float, warnings: list[str]) -> int:
    """Cut a target's fraction off; a negative one becomes 0 (option `negative_target`)."""
    alias = next(short for short, full in ALIASES.items() if full == name)
    offset = state.placed.get(name, state.placed.get(alias, 0))
    if not math.isfinite(value):
        raise EvaluationError(f"{name} is {format_double(value)}, not a number of nodes", offset)
    whole = math.trunc(value)
    if whole < 0:
        if state.options.negative_target == "error":
            raise EvaluationError(f"{name} is negative: {format_double(value)}", offset)
        warnings.append(f"{name} is {format_double(value)}; taken as 0")
        return 0
    return whole


__all__ = ["EVALUATION_ERROR", "Formula"]
