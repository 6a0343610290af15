"""Going through a formula once, with facts instead of values; types and names are judged here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulator.formula.functions import FUNCTIONS
from simulator.formula.lint.facts import (
    INF,
    UNKNOWN,
    Fact,
    aggregate,
    arithmetic,
    compared,
    double,
    join,
    known_bounds,
    rounded,
    together,
    truth,
)
from simulator.formula.lint.model import RULES, Finding, Level
from simulator.formula.lint.names import is_near
from simulator.formula.operators import BINARY
from simulator.formula.sampling import METHODS
from simulator.formula.source import Source, suggestion
from simulator.formula.tree import (
    Binary,
    Call,
    Expression,
    Member,
    Method,
    Name,
    Number,
    Statement,
    Ternary,
    Text,
    Tree,
    Unary,
    spine,
)
from simulator.formula.values import TICKS_PER_SECOND, Interval, Timestamp, parse_time
from simulator.formula.variables import (
    ALIASES,
    CONSTANTS,
    KEYWORDS,
    METRIC_ALIASES,
    METRICS,
    OBSOLETE,
    OPTION,
    READ_ONLY,
    RETIRED,
    SERVICE_NAMES,
    SLOTS,
    TARGETS,
    TASK_METRICS,
)

TYPES = {"double": float, "doubleVec": list, "string": str, "timestamp": Timestamp, "timeinterval": Interval}
MEMBERS = {
    "year": (1, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "weekday": (0, 6),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
}
COMPARISONS = ("<", "<=", "==", ">=", ">", "!=")
AGGREGATES = ("avg", "max", "min", "range", "std")
LOCAL = "time()"
SHIFTED = "shifted"


@dataclass
class Analysis:
    """Facts about a formula, and what was found on the way."""

    tree: Tree
    source: Source
    known: Mapping[str, Fact] = field(default_factory=dict)
    """Facts about service variables that replace the general ones."""
    findings: list[Finding] = field(default_factory=list)
    users: dict[str, Fact] = field(default_factory=dict)
    targets: dict[str, Fact] = field(default_factory=dict)
    """By full name, the last assignment."""
    facts: dict[int, Fact] = field(default_factory=dict)
    """By `id` of the expression."""
    guards: list[tuple[Ternary, str]] = field(default_factory=list)
    """Ternaries around the expression being looked at, and the branch it stands in."""
    told: set[int] = field(default_factory=set)
    """Comparisons that have been reported as constant, by `id`."""
    around: dict[int, list[tuple[Ternary, str]]] = field(default_factory=dict)
    """The same for each windowed call, kept for the rules."""

    def say(self, rule: str, offset: int, message: str, level: Level | None = None) -> None:
        """Report a breach."""
        found = RULES[rule]
        self.findings.append(Finding(rule, level or found.level, self.source.place(offset), message, found.fix))

    def go(self) -> None:
        """Look at every statement."""
        assigned = {s.target for s in self.tree.statements if s.target is not None}
        self._later = assigned
        for statement in self.tree.statements:
            fact = self.look(statement.value)
            if statement.target is not None:
                self._assign(statement, fact)

    # ---- statements ------------------------------------------------------------------------------------------

    def _assign(self, statement: Statement, fact: Fact) -> None:
        name = statement.target or ""
        if name in READ_ONLY or name in FUNCTIONS or name in CONSTANTS or name in KEYWORDS:
            self.say("readonly-assignment", statement.start, f"'{name}' cannot be assigned.")
        elif name == OPTION:
            if fact.kind not in ("keyword", "unknown"):
                self.say("type-mismatch", statement.start, f"{OPTION} takes a keyword such as taskcompletion.")
        elif name in TARGETS or name in ALIASES:
            full = ALIASES.get(name, name)
            if fact.kind == "doubleVec":
                self.say("scalar-from-vector", statement.start, f"{name} is given a vector; only one element will do.")
            elif fact.kind not in ("double", "unknown"):
                self.say("type-mismatch", statement.start, f"{name} takes a number, not a {fact.kind}.")
            self.targets[full] = fact
        else:
            if fact.kind == "keyword":
                self.say("type-mismatch", statement.start, f"a keyword can only be assigned to {OPTION}.")
            near = suggestion(name, SERVICE_NAMES)
            if name in OBSOLETE:
                self.say("obsolete-name", statement.start, f"'{name}' of 2015 means nothing any more.")
            elif near and is_near(name):
                self.say("near-service-name", statement.start, f"'{name}' is a variable of your own{near}.")
            self.users[name] = fact

    # ---- expressions -----------------------------------------------------------------------------------------

    def look(self, node: Expression) -> Fact:
        """Give the fact of an expression, and keep it."""
        fact = known_bounds(self._look(node))
        self.facts[id(node)] = fact
        return fact

    def _look(self, node: Expression) -> Fact:
        match node:
            case Number():
                return double(
                    node.value, node.value, whole=node.value == int(node.value) if node.value < INF else False
                )
            case Text():
                return Fact("string")
            case Name():
                return self._name(node)
            case Call():
                return self._call(node)
            case Method():
                return self._method(node)
            case Member():
                return self._member(node)
            case Unary():
                return self._unary(node)
            case Ternary():
                return self._ternary(node)
            case Binary():
                return self._chain(node)

    def _name(self, node: Name) -> Fact:
        name = node.name
        if name in CONSTANTS:
            seconds = CONSTANTS[name].ticks / TICKS_PER_SECOND
            return Fact("timeinterval", seconds, seconds)
        if name in KEYWORDS or name == OPTION:
            return Fact("keyword")
        full = ALIASES.get(name, name)
        if full in TARGETS:
            return self.targets.get(full) or self.known.get(full) or double(0, whole=True, sources=frozenset({full}))
        metric = METRIC_ALIASES.get(name, name)
        if metric in METRICS or metric == SLOTS:
            if metric in RETIRED:
                self.say("retired-metric", node.start, f"'{name}' has had no samples since 2024-03-31.")
            elif metric in TASK_METRICS:
                self.say("bare-metric", node.start, f"'{name}' as a number is its newest sample, or 0 without one.")
            return self._metric(metric)
        if name in self.users:
            return self.users[name]
        if name in self._later:
            self.say("read-before-assign", node.start, f"'{name}' is read before it is assigned.")
        elif name in OBSOLETE:
            self.say("obsolete-name", node.start, f"'{name}' of 2015 means nothing any more.", Level.ERROR)
        else:
            hint = (
                f": {name}(...) is a function" if name in FUNCTIONS else suggestion(name, (*self.users, *SERVICE_NAMES))
            )
            self.say("unknown-name", node.start, f"nobody assigns '{name}'{hint}.")
        return UNKNOWN

    def _metric(self, metric: str) -> Fact:
        if metric in self.known:
            return self.known[metric]
        sources = frozenset({metric})
        if metric == SLOTS:
            return double(1, 256, whole=True, sources=sources)
        return double(0, 1 if metric == "$CPUPercent" else INF, whole=metric != "$CPUPercent", sources=sources)

    def _unary(self, node: Unary) -> Fact:
        fact = self.look(node.operand)
        if node.sign == "!":
            return truth(sources=fact.sources)
        if fact.kind not in ("double", "timeinterval", "unknown", "doubleVec"):
            self.say("type-mismatch", node.start, f"there is no minus before a {fact.kind}.")
        return replace(fact, low=-fact.high, high=-fact.low)

    def _ternary(self, node: Ternary) -> Fact:
        condition = self.look(node.condition)
        if condition.kind == "double" and id(node.condition) not in self.told:
            if condition.is_constant and condition.low == 0:
                self.say("constant-condition", node.condition.start, "this condition is never true.")
            elif not condition.contains_zero:
                self.say("constant-condition", node.condition.start, "this condition is always true.")
        self.guards.append((node, "then"))
        then = self.look(node.then)
        self.guards[-1] = (node, "otherwise")
        otherwise = self.look(node.otherwise)
        self.guards.pop()
        joined = join(then, otherwise)
        return replace(joined, sources=joined.sources | {f"?{source.lstrip('?')}" for source in condition.sources})

    def _chain(self, node: Binary) -> Fact:
        first, operators = spine(node)
        left = self.look(first)
        for operator in operators:
            left = self._operate(operator, left, self.look(operator.right))
            self.facts[id(operator)] = left
        return left

    def _operate(self, node: Binary, left: Fact, right: Fact) -> Fact:
        sources = left.sources | right.sources
        sign = node.sign
        if sign in ("&&", "||"):
            return truth(sources=sources)
        if left.kind in TYPES and right.kind in TYPES:
            row = (sign, TYPES[left.kind], TYPES[right.kind])
            if row not in BINARY:
                if "doubleVec" in (left.kind, right.kind) and self._as_scalars(sign, left, right):
                    self.say("scalar-from-vector", node.at, "a vector stands for a number; only one element will do.")
                else:
                    self.say("type-mismatch", node.at, f"there is no operator {left.kind} {sign} {right.kind}.")
                return Fact(sources=sources)
        if sign in COMPARISONS:
            self._scale(node, left, right)
            result = compared(sign, left, right)
            if result.is_constant and not (left.is_constant and right.is_constant):
                self.told.add(id(node))
                always = "always" if result.low else "never"
                self.say("constant-condition", node.at, f"this comparison is {always} true.")
            return result
        if sign == "/" and right.kind == "double" and right.contains_zero:
            self.say("division-by-zero", node.at, "what stands below can be 0.")
        low, high, whole = arithmetic(sign, left, right)
        kinds = {left.kind, right.kind}
        kind = next((k for k in ("unknown", "timestamp", "timeinterval", "doubleVec") if k in kinds), "double")
        if left.kind == right.kind == "timestamp":
            return Fact("timeinterval", sources=sources)
        if kind == "timestamp" and "timeinterval" in kinds:
            return Fact("timestamp", sources=sources | {SHIFTED})
        shortest = max(left.shortest, right.shortest) if kind == "doubleVec" else 0
        return known_bounds(Fact(kind, low, high, whole, shortest, max(left.longest, right.longest), sources))

    def _as_scalars(self, sign: str, left: Fact, right: Fact) -> bool:
        kinds = [TYPES["double" if fact.kind == "doubleVec" else fact.kind] for fact in (left, right)]
        return left.longest != right.longest or (sign, *kinds) in BINARY

    def _scale(self, node: Binary, left: Fact, right: Fact) -> None:
        """Compare a percentage with a fraction, or a fraction with a percentage."""
        for value, limit in ((left, right), (right, left)):
            if not limit.is_constant or limit.sources:
                continue
            if value.high == 100 and any(source.startswith("%") for source in value.sources) and 0 < limit.low <= 1:
                self.say("percent-scale", node.at, f"a percentage from 0 to 100 is compared with {limit.low:g}.")
            elif value.sources == {"$CPUPercent"} and limit.low > 1:
                self.say("percent-scale", node.at, f"$CPUPercent from 0 to 1 is compared with {limit.low:g}.")

    # ---- members, methods, functions -------------------------------------------------------------------------

    def _member(self, node: Member) -> Fact:
        fact = self.look(node.receiver)
        if fact.kind not in ("timestamp", "unknown") or node.name not in MEMBERS:
            hint = suggestion(node.name, MEMBERS) if fact.kind in ("timestamp", "unknown") else ""
            self.say("unknown-name", node.at, f"a {fact.kind} has no member '{node.name}'{hint}.")
            return double()
        if node.name == "hour" and LOCAL in fact.sources and SHIFTED not in fact.sources:
            self.say("local-hours", node.at, "hours are hours of UTC.")
        low, high = MEMBERS[node.name]
        return double(low, high, whole=True)

    def _method(self, node: Method) -> Fact:
        written = node.receiver.name if isinstance(node.receiver, Name) else ""
        metric = METRIC_ALIASES.get(written, written)
        given = [self.look(argument) for argument in node.arguments]
        if metric not in METRICS:
            self.look(node.receiver)
            self.say("unknown-name", node.bracket, "only sampled service variables have methods.")
            return UNKNOWN
        if node.name not in METHODS:
            self.say("unknown-name", node.bracket, f"there is no method '{node.name}'{suggestion(node.name, METHODS)}.")
            return UNKNOWN
        if metric in RETIRED:
            self.say("retired-metric", node.receiver.start, f"'{written}' has had no samples since 2024-03-31.")
        sampled = self._metric(metric)
        match node.name:
            case "GetSample":
                return self._sampled(node, sampled, given)
            case "GetSamplePercent":
                self.around[id(node)] = list(self.guards)
                return double(0, 100, sources=frozenset({f"%{metric}"}))
            case "GetSamplePeriod":
                return Fact("timeinterval", 30, 30)
            case "Count":
                return double(0, whole=True, sources=sampled.sources)
            case _:
                return Fact("timestamp")

    def _sampled(self, node: Method, sampled: Fact, given: list[Fact]) -> Fact:
        found = replace(sampled, kind="doubleVec", longest=INF)
        self.around[id(node)] = list(self.guards)
        if given and given[0].kind == "double":
            return replace(found, shortest=0, longest=max(given[0].high, 0))
        if given and given[0].kind not in ("timeinterval", "timestamp", "unknown"):
            self.say("type-mismatch", node.bracket, f"GetSample cannot take a {given[0].kind}.")
        demanded = given[-1].low if len(given) > 1 and given[-1].kind == "double" else 70
        return replace(found, shortest=1 if demanded > 0 else 0)

    def _call(self, node: Call) -> Fact:
        given = [self.look(argument) for argument in node.arguments]
        function = FUNCTIONS.get(node.name)
        if function is None:
            self.say(
                "unknown-name", node.start, f"there is no function '{node.name}'{suggestion(node.name, FUNCTIONS)}."
            )
            return UNKNOWN
        name = node.name
        if name == "time":
            self._check_time(node)
            return Fact("timestamp", sources=frozenset({LOCAL}) if not node.arguments else frozenset())
        if name == "rand":
            return double(0, 1)
        if name == "stop":
            return UNKNOWN
        if any(fact.kind not in ("double", "doubleVec", "unknown") for fact in given):
            wrong = next(fact.kind for fact in given if fact.kind not in ("double", "doubleVec", "unknown"))
            self.say("type-mismatch", node.bracket, f"{function.usage} cannot take a {wrong}.")
            return UNKNOWN
        if name in ("percentile", "val"):
            return self._picked(node, given)
        if name in ("ceil", "floor", "round") and len(given) == 1:
            return rounded(name, given[0])
        if name in AGGREGATES and all(fact.kind == "doubleVec" and fact.shortest == 0 for fact in given):
            self.say("empty-aggregate", node.bracket, f"{name} fails when there is no sample.")
        result = aggregate(name, given)
        self._check_cap(node, given, result)
        return result

    def _picked(self, node: Call, given: list[Fact]) -> Fact:
        if len(given) != 2 or given[0].kind not in ("doubleVec", "unknown"):
            found = ", ".join(fact.kind for fact in given) or "nothing"
            self.say("type-mismatch", node.bracket, f"{FUNCTIONS[node.name].usage} cannot take {found}.")
            return UNKNOWN
        vector = given[0]
        if node.name == "percentile" and vector.kind == "doubleVec" and vector.shortest == 0:
            self.say("empty-aggregate", node.bracket, "percentile fails when there is no sample.")
        return double(min(vector.low, 0), max(vector.high, 0), whole=vector.whole, sources=together(given))

    def _check_cap(self, node: Call, given: list[Fact], result: Fact) -> None:
        if node.name not in ("min", "max") or len(given) < 2 or not result.is_constant or abs(result.low) == INF:
            return
        if any(not fact.is_constant for fact in given):
            self.say(
                "swapped-cap", node.start, f"{node.name}(...) is always {result.low:g} here: nothing else matters."
            )

    def _check_time(self, node: Call) -> None:
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Text):
            return
        text = node.arguments[0].value
        try:
            parse_time(text) if text else None
        except ValueError as error:
            self.say("time-format", node.bracket, f"{error}.")
            return
        if "T" in text and not text.endswith("Z") and not text.endswith("GMT") and text[-6:-5] not in ("+", "-"):
            self.say("time-format", node.bracket, "a time of day without a zone is read as UTC.", Level.WARNING)
