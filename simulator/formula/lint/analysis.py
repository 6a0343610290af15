"""Going through a formula once, with facts instead of values; types and names are judged here."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from simulator.formula.edits import Edit
from simulator.formula.functions import FUNCTIONS
from simulator.formula.lint import calls, operations
from simulator.formula.lint.assume import LONGEST_KEY, NONE, Meaning, Reader, Spans, both, canonical, narrowed
from simulator.formula.lint.facts import INF, UNKNOWN, Fact, double, join, known_bounds, truth
from simulator.formula.lint.mend import rename_target
from simulator.formula.lint.model import Finding, Level
from simulator.formula.lint.names import closest, near_target
from simulator.formula.lint.rules import RULES
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
    walk,
)
from simulator.formula.values import TICKS_PER_SECOND
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

LONG_CHAIN: Final = 50
"""In longer chains of `&&` and `||` no operand is looked at in the light of those before it."""


@dataclass
class Analysis:
    """Facts about a formula, and what was found on the way."""

    tree: Tree
    source: Source
    findings: list[Finding] = field(default_factory=list)
    users: dict[str, Fact] = field(default_factory=dict)
    targets: dict[str, Fact] = field(default_factory=dict)
    """By full name, the last assignment."""
    facts: dict[int, Fact] = field(default_factory=dict)
    """By `id` of the expression."""
    meanings: dict[str, Meaning] = field(default_factory=dict)
    """What each user variable stands for at this point of the formula."""
    values: dict[str, Expression] = field(default_factory=dict)
    """What each user variable was last given, as long as nothing in it has been assigned again."""
    guards: list[tuple[Ternary, str]] = field(default_factory=list)
    """Ternaries around the expression being looked at, and the branch it stands in."""
    around: dict[int, list[tuple[Ternary, str]]] = field(default_factory=dict)
    """The same for each windowed call, kept for the rules."""
    judged: set[int] = field(default_factory=set)
    """Conditions that have been reported as constant, by `id`."""
    _plain: dict[int, Fact] = field(default_factory=dict)
    """By `id` of the expression, what is known of it without the conditions around it."""
    _keys: dict[int, str] = field(default_factory=dict)
    """Canonical texts, by `id`; each expression is looked at once, so they stay right."""
    _read: dict[str, frozenset[str]] = field(default_factory=dict)
    """The names that each of these values reads."""
    _assumed: list[Spans] = field(default_factory=list)
    """What the conditions around the expression being looked at say."""
    _narrowed: set[int] = field(default_factory=set)
    """Expressions of which more is known through them, by `id`."""
    _later: set[str | None] = field(default_factory=set)

    def report(
        self,
        rule: str,
        offset: int,
        message: str,
        level: Level | None = None,
        edits: tuple[Edit, ...] = (),
        evidence: tuple[str, ...] = (),
    ) -> None:
        """Report a breach."""
        found = RULES[rule]
        place = self.source.place(offset)
        self.findings.append(Finding(rule, level or found.level, place, message, f"{found.mend}.", edits, evidence))

    def renamed(self, offset: int, name: str, known: Iterable[str]) -> tuple[Edit, ...]:
        """Return the edit that replaces a name by the one that was meant, where that is beyond doubt."""
        meant = closest(name, known)
        return (Edit(offset, offset + len(name), meant),) if meant else ()

    def go(self) -> None:
        """Look at every statement."""
        self._later = {s.target for s in self.tree.statements if s.target is not None}
        for statement in self.tree.statements:
            fact = self.look(statement.value)
            if statement.target is not None:
                self._assign(statement, fact)

    # ---- statements ------------------------------------------------------------------------------------------

    def _assign(self, statement: Statement, fact: Fact) -> None:
        name = statement.target or ""
        if name in READ_ONLY or name in FUNCTIONS or name in CONSTANTS or name in KEYWORDS:
            self.report("readonly-assignment", statement.start, f"'{name}' cannot be assigned.")
        elif name == OPTION:
            if fact.kind not in ("keyword", "unknown"):
                self.report("type-mismatch", statement.start, f"{OPTION} takes a keyword such as taskcompletion.")
        elif name in TARGETS or name in ALIASES:
            full = ALIASES.get(name, name)
            if fact.kind == "doubleVec":
                self.report(
                    "scalar-from-vector", statement.start, f"{name} is given a vector; only one element will do."
                )
            elif fact.kind not in ("double", "unknown"):
                self.report("type-mismatch", statement.start, f"{name} takes a number, not a {fact.kind}.")
            self.targets[full] = fact
        else:
            self._assign_user(statement, name, fact)

    def _assign_user(self, statement: Statement, name: str, fact: Fact) -> None:
        if fact.kind == "keyword":
            edits = rename_target(statement, OPTION) if near_target(name) == OPTION else ()
            self.report("type-mismatch", statement.start, f"a keyword can only be assigned to {OPTION}.", edits=edits)
        if name in OBSOLETE:
            self.report("obsolete-name", statement.start, f"'{name}' of 2015 means nothing any more.")
        self.users[name] = fact
        read = frozenset(inner.name for inner in walk(statement.value) if isinstance(inner, Name))
        self._keep_value(name, statement.value, read)
        self.meanings[name] = self._meaning(statement, name, read)

    def _keep_value(self, name: str, value: Expression, read: frozenset[str]) -> None:
        """Keep what a variable was given, and forget values that were made from what it was before."""
        for other in [other for other, kept in self._read.items() if other == name or name in kept]:
            del self.values[other], self._read[other]
        if name not in read:
            self.values[name], self._read[name] = value, read

    def _meaning(self, statement: Statement, name: str, read: frozenset[str]) -> Meaning:
        """Return what a variable stands for from here on; one that is read in its own value gets a key of its own."""
        key = self.key_of(statement.value) if name not in read else ""
        if not key or len(key) > LONGEST_KEY // 2:
            key = f"{name}#{statement.start}"
        if not isinstance(statement.value, Binary | Unary | Name):
            return Meaning(key, NONE, NONE)
        if_true, if_false = (self.implied(statement.value, holds=holds) for holds in (True, False))
        return Meaning(key, if_true, if_false)

    # ---- what conditions say ---------------------------------------------------------------------------------

    def implied(self, condition: Expression, *, holds: bool) -> Spans:
        """Return what a condition says about values, where it holds or where it does not."""
        reader = Reader(lambda node: self._plain.get(id(node)), self.key_of, self.meanings)
        return reader.implied(condition, holds=holds)

    def key_of(self, node: Expression) -> str:
        """Return the canonical text of an expression that is being looked at."""
        key = self._keys.get(id(node))
        if key is None:
            key = self._keys[id(node)] = canonical(node, self.meanings)
        return key

    @contextmanager
    def assuming(self, known: Spans) -> Iterator[None]:
        """Look at what follows in the light of a condition."""
        self._assumed.append(known)
        yield
        self._assumed.pop()

    def _in_this_light(self, node: Expression, fact: Fact) -> Fact:
        if fact.kind != "double" or fact.is_constant or isinstance(node, Ternary | Number):
            return fact
        key = self.key_of(node)
        for known in self._assumed:
            if key in known:
                fact = narrowed(fact, known[key])
                self._narrowed.add(id(node))
        return fact

    def plain(self, node: Expression) -> Fact:
        """Return what is known of an expression without the conditions around it."""
        return self._plain[id(node)]

    @property
    def has_both_kinds(self) -> bool:
        """Whether the formula sets both targets."""
        return len({ALIASES.get(name or "", name) for name in self._later} & set(TARGETS)) == len(TARGETS)

    def is_assumed(self, node: Expression) -> bool:
        """Return whether more is known of an expression through the conditions around it than without them."""
        return any(id(inner) in self._narrowed for inner in walk(node))

    def definition(self, node: Expression) -> Expression:
        """Return the expression that a variable was last given; anything else as it is."""
        while isinstance(node, Name) and node.name in self.values:
            node = self.values[node.name]
        return node

    def metric(self, metric: str) -> Fact:
        """Return what is known of a metric."""
        sources = frozenset({metric})
        if metric == SLOTS:
            return double(1, 256, whole=True, sources=sources)
        return double(0, 1 if metric == "$CPUPercent" else INF, whole=metric != "$CPUPercent", sources=sources)

    def _contradicts(self, known: Spans) -> bool:
        """Return whether what is known cannot be, together with the conditions around."""
        if any(span.is_empty for span in known.values()):
            return True
        for outer in self._assumed:
            known = both(known, {key: span for key, span in outer.items() if key in known})
        return any(span.is_empty for span in known.values())

    # ---- expressions -----------------------------------------------------------------------------------------

    def look(self, node: Expression) -> Fact:
        """Return the fact of an expression, and keep it."""
        fact = self._plain[id(node)] = known_bounds(self._look(node))
        if any(self._assumed):
            fact = self._in_this_light(node, fact)
        self.facts[id(node)] = fact
        return fact

    def _look(self, node: Expression) -> Fact:
        match node:
            case Number():
                whole = node.value == int(node.value) if node.value < INF else False
                return double(node.value, node.value, whole=whole)
            case Text():
                return Fact("string")
            case Name():
                return self._name(node)
            case Call():
                return calls.call(self, node)
            case Method():
                return calls.method(self, node)
            case Member():
                return calls.member(self, node)
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
            return self.targets.get(full) or double(0, whole=True, sources=frozenset({full}))
        metric = METRIC_ALIASES.get(name, name)
        if metric in METRICS or metric == SLOTS:
            if metric in RETIRED:
                self.report("retired-metric", node.start, f"'{name}' has had no samples since 2024-03-31.")
            elif metric in TASK_METRICS:
                self.report("bare-metric", node.start, f"'{name}' as a number is its newest sample, or 0 without one.")
            return self.metric(metric)
        return self.users[name] if name in self.users else self._unknown(node)

    def _unknown(self, node: Name) -> Fact:
        name = node.name
        if name in self._later:
            self.report("read-before-assign", node.start, f"'{name}' is read before it is assigned.")
        elif name in OBSOLETE:
            self.report("obsolete-name", node.start, f"'{name}' of 2015 means nothing any more.", Level.ERROR)
        else:
            known = (*self.users, *SERVICE_NAMES)
            hint = f": {name}(...) is a function" if name in FUNCTIONS else suggestion(name, known)
            self.report(
                "unknown-name",
                node.start,
                f"nobody assigns '{name}'{hint}.",
                edits=self.renamed(node.start, name, known),
            )
        return UNKNOWN

    def _unary(self, node: Unary) -> Fact:
        fact = self.look(node.operand)
        if node.sign == "!":
            return truth(sources=fact.sources)
        if fact.kind not in ("double", "timeinterval", "unknown", "doubleVec"):
            self.report("type-mismatch", node.start, f"there is no minus before a {fact.kind}.")
        return replace(fact, low=-fact.high, high=-fact.low, survives_cut=False)

    def _ternary(self, node: Ternary) -> Fact:
        condition = self.look(node.condition)
        if_true, if_false = (self.implied(node.condition, holds=holds) for holds in (True, False))
        self._judge_condition(node, condition, if_true)
        self.guards.append((node, "then"))
        with self.assuming(if_true):
            then = self.look(node.then)
        self.guards[-1] = (node, "otherwise")
        with self.assuming(if_false):
            otherwise = self.look(node.otherwise)
        self.guards.pop()
        joined = join(then, otherwise)
        return replace(joined, sources=joined.sources | {f"?{source.lstrip('?/')}" for source in condition.sources})

    def _judge_condition(self, node: Ternary, condition: Fact, if_true: Spans) -> None:
        """Report a condition that can only come to one thing; switches that the formula names itself are meant."""
        start = node.condition.start
        if condition.kind != "double":
            return
        if self.judged and any(id(inner) in self.judged for inner in walk(node.condition)):
            return
        is_constant = condition.is_constant or not condition.can_be_zero
        if is_constant and not self.is_assumed(node.condition):
            is_switch = any(isinstance(inner, Name) and inner.name in self.users for inner in walk(node.condition))
            if not is_switch or condition.sources:
                text = "always" if condition.low else "never"
                self.report("constant-condition", start, f"this condition is {text} true.")
        elif self._contradicts(if_true):
            self.report("constant-condition", start, "this condition is never true where it stands.")

    def _chain(self, node: Binary) -> Fact:
        first, operators = spine(node)
        left = self.look(first)
        is_long = len(operators) > LONG_CHAIN
        for operator in operators:
            known: Spans = NONE
            if operator.sign in ("&&", "||") and not is_long:
                known = self.implied(operator.left, holds=operator.sign == "&&")
            with self.assuming(known):
                right = self.look(operator.right)
            left = self._judged(operator, operations.operate(self, operator, left, right))
            self.facts[id(operator)] = self._plain[id(operator)] = left
        return left

    def _judged(self, node: Binary, fact: Fact) -> Fact:
        """Return the fact of an operator; report conditions that exclude each other, or of which one always holds."""
        if node.sign not in ("&&", "||"):
            return fact
        if self.judged and any(id(inner) in self.judged for inner in walk(node)):
            return fact
        holds = node.sign == "&&"
        self.facts[id(node)] = self._plain[id(node)] = fact
        if any(span.is_empty for span in self.implied(node, holds=holds).values()):
            self.judged.add(id(node))
            text = (
                "these conditions are never true together."
                if holds
                else "one of these conditions is always true: together they mean nothing."
            )
            self.report("constant-condition", node.at, text)
            return truth(0 if holds else 1, 0 if holds else 1, fact.sources)
        return fact
