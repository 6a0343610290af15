"""From a tree to functions that compute it: parsed once, evaluated as often as wanted, and never with `eval`.

Each expression becomes a closure over its parts that takes the state of a run. `?:`, `&&` and `||` call only what
they need. Errors carry the offset that `docs/autoscale-language.md#errors` names for their kind.
"""

from typing import Any, Final

from simulator.formula.calls import Evaluate, compile_call
from simulator.formula.errors import EvaluationError
from simulator.formula.functions import FUNCTIONS
from simulator.formula.operators import BINARY, divide, unsupported
from simulator.formula.run import State
from simulator.formula.sampling import METHODS, latest
from simulator.formula.source import suggestion
from simulator.formula.tree import (
    Binary,
    Call,
    Expression,
    Member,
    Method,
    Name,
    Number,
    Ternary,
    Text,
    Unary,
    spine,
)
from simulator.formula.values import Interval, Timestamp, Value, type_name, weekday
from simulator.formula.variables import (
    ALIASES,
    CONSTANTS,
    DEDICATED,
    KEYWORDS,
    METRIC_ALIASES,
    METRICS,
    NODE_COUNTS,
    OPTION,
    SERVICE_NAMES,
    SLOTS,
)

MEMBERS: Final = ("year", "month", "day", "weekday", "hour", "minute", "second")


def compile_expression(node: Expression) -> Evaluate:
    """Return the function that computes an expression."""
    match node:
        case Number() | Text():
            value = node.value
            return lambda _: value
        case Name():
            return _name(node)
        case Call():
            return compile_call(node, [compile_expression(argument) for argument in node.arguments])
        case Method():
            return _method(node)
        case Member():
            return _member(node)
        case Unary():
            return _unary(node)
        case Ternary():
            return _ternary(node)
        case Binary():
            return _chain(node)


def scalar(value: Any, state: State, offset: int, what: str) -> float:
    """Return a number: a double, or the element of a vector that has just one (option `scalar_from_vector`)."""
    if type(value) is float:
        return value
    if type(value) is list and len(value) == 1 and state.options.scalar_from_vector == "accept":
        return float(value[0])
    found = f"doubleVec of {len(value)} elements" if type(value) is list else type_name(value)
    raise EvaluationError(f"{what}: expected a double, found a {found}", offset)


# ---- names -------------------------------------------------------------------------------------------------


def _name(node: Name) -> Evaluate:
    name, offset = node.name, node.start
    if name in CONSTANTS:
        constant: Value = CONSTANTS[name]
        return lambda _: constant
    if name in KEYWORDS:
        keyword = KEYWORDS[name]
        return lambda _: keyword
    full = ALIASES.get(name, name)
    if full == OPTION:
        return lambda state: state.option
    if full in (DEDICATED, *ALIASES.values()):
        return lambda state: target_value(state, full)
    metric = METRIC_ALIASES.get(name, name)
    if metric == SLOTS:
        return lambda state: float(state.context.live.get(SLOTS, 1.0))
    if metric in METRICS:
        return lambda state: _metric(state, metric)

    def read(state: State) -> Any:
        try:
            return state.users[name]
        except KeyError:
            hint = (
                f": {name}(...) is a function"
                if name in FUNCTIONS
                else suggestion(name, (*state.users, *SERVICE_NAMES))
            )
            raise EvaluationError(f"unknown name '{name}'{hint}", offset) from None

    return read


def target_value(state: State, full: str) -> float:
    """Return the target that would win now: the full name, else the alias, else what the pool has."""
    if full in state.assigned:
        return state.assigned[full]
    alias = next(short for short, name in ALIASES.items() if name == full)
    if alias in state.assigned:
        return state.assigned[alias]
    context = state.context
    return float(context.target_dedicated_nodes if full == DEDICATED else context.target_low_priority_nodes)


def _metric(state: State, metric: str) -> float:
    """Read a metric as a number (option `metric_as_number`)."""
    if metric in NODE_COUNTS and state.options.metric_as_number == "live_nodes" and metric in state.context.live:
        return float(state.context.live[metric])
    return latest(state, metric)


# ---- operators ---------------------------------------------------------------------------------------------


def _unary(node: Unary) -> Evaluate:
    operand, offset = compile_expression(node.operand), node.start
    if node.sign == "!":
        return lambda state: 1.0 if scalar(operand(state), state, offset, "'!'") == 0 else 0.0

    def negate(state: State) -> Any:
        value = operand(state)
        if type(value) is float:
            return -value
        if type(value) is Interval:
            return Interval(-value.ticks)
        if type(value) is list and len(value) == 1:
            return -scalar(value, state, offset, "'-'")
        raise EvaluationError(f"no operator - {type_name(value)}", offset)

    return negate


def _ternary(node: Ternary) -> Evaluate:
    condition, then, otherwise = (compile_expression(part) for part in (node.condition, node.then, node.otherwise))
    offset = node.at

    def choose(state: State) -> Any:
        is_true = scalar(condition(state), state, offset, "condition of '?'") != 0
        if state.traced:
            state.branches.append((offset, "then" if is_true else "otherwise"))
        return then(state) if is_true else otherwise(state)

    return choose


def _chain(node: Binary) -> Evaluate:
    """Compile a chain of operators along its spine, so that its length does not matter."""
    first, operators = spine(node)
    computed = compile_expression(first)
    if len(operators) <= DEEP:
        for operator in operators:
            computed = _binary(operator.sign, computed, compile_expression(operator.right), operator.at)
        return computed
    held: list[Any] = [None]
    steps = [
        _binary(operator.sign, lambda _: held[0], compile_expression(operator.right), operator.at)
        for operator in operators
    ]

    def go(state: State) -> Any:
        held[0] = computed(state)
        for step in steps:
            held[0] = step(state)
        return held[0]

    return go


DEEP: Final = 50
"""Longer chains are computed in a loop instead of by calls inside each other."""


def _binary(sign: str, left: Evaluate, right: Evaluate, offset: int) -> Evaluate:
    if sign in ("&&", "||"):
        return _logic(sign, left, right, offset)
    numbers: Any = divide if sign == "/" else BINARY[sign, float, float]
    checks_finite = sign in ("+", "-", "*", "/")

    def operate(state: State) -> Any:
        one, other = left(state), right(state)
        if type(one) is float and type(other) is float:
            result = numbers(one, other)
        else:
            result = _mixed(sign, one, other, state, offset)
        if checks_finite and state.demands_finite:
            _demand_finite(result, offset)
        return result

    return operate


def _mixed(sign: str, left: Any, right: Any, state: State, offset: int) -> Any:
    """Apply the row of the table for operands that are not both doubles; a one-element vector may stand for one."""
    row = BINARY.get((sign, type(left), type(right)))
    if row is None and state.options.scalar_from_vector == "accept":
        one = left[0] if type(left) is list and len(left) == 1 else left
        other = right[0] if type(right) is list and len(right) == 1 else right
        if (row := BINARY.get((sign, type(one), type(other)))) is not None:
            left, right = one, other
    if row is None:
        raise EvaluationError(unsupported(sign, left, right), offset)
    try:
        return row(left, right)
    except ValueError as error:
        raise EvaluationError(str(error), offset) from None


def _demand_finite(result: Any, offset: int) -> None:
    for value in result if type(result) is list else (result,):
        if type(value) is float and value - value != 0:
            raise EvaluationError("a result that is not finite", offset)


def _logic(sign: str, left: Evaluate, right: Evaluate, offset: int) -> Evaluate:
    what = f"operand of '{sign}'"
    decided = 0.0 if sign == "&&" else 1.0

    def decide(state: State) -> float:
        if float(scalar(left(state), state, offset, what) != 0) == decided:
            return decided
        return float(scalar(right(state), state, offset, what) != 0)

    return decide


# ---- members and methods -------------------------------------------------------------------------------------


def _member(node: Member) -> Evaluate:
    receiver, name, offset = compile_expression(node.receiver), node.name, node.at

    def read(state: State) -> float:
        value = receiver(state)
        if type(value) is not Timestamp:
            raise EvaluationError(f"a {type_name(value)} has no member '{name}'; timestamps have members", offset)
        if name not in MEMBERS:
            raise EvaluationError(f"a timestamp has no member '{name}'{suggestion(name, MEMBERS)}", offset)
        return float(weekday(value, state.options.sunday_number) if name == "weekday" else getattr(value.fields, name))

    return read


def _method(node: Method) -> Evaluate:
    arguments = [compile_expression(argument) for argument in node.arguments]
    offset, name = node.bracket, node.name
    receiver = node.receiver
    written = receiver.name if isinstance(receiver, Name) else ""
    metric = METRIC_ALIASES.get(written, written)
    if metric in METRICS:
        method = METHODS.get(name)
        if method is not None:
            return lambda state: method(state, metric, written, [argument(state) for argument in arguments], offset)

        def unknown(_: State) -> Any:
            raise EvaluationError(f"{written} has no method '{name}'{suggestion(name, METHODS)}", offset)

        return unknown
    compiled = compile_expression(receiver)

    def refuse(state: State) -> Any:
        value = compiled(state)
        found = written if written == SLOTS else f"a {type_name(value)}"
        raise EvaluationError(f"{found} has no methods; sampled service variables have", offset)

    return refuse
