"""Keys that stand elsewhere, or under another name, in another form of a body; and where each value came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.format.section import fold

MOST_KNOWN: Final = 4096
"""Sets of keys that a form remembers."""
ANY: Final = "*"
"""In a path: every item of a list."""
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Where a key of another form belongs."""

    to: str | None
    """Dotted path in the inner form; empty: what the key holds stands where the key itself stood; None: nowhere."""
    value: Callable[[Any], Any] = lambda value: value
    """What the key holds in the inner form."""
    also: tuple[str, Any] | None = None
    """Dotted path and value of a key that this one implies, unless it is written."""
    is_old: bool = False
    """Whether the name is one of an older interface, which is read with a warning."""

    @property
    def path(self) -> Path:
        return _parts(self.to or "")


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a body, described by what differs from the inner form."""

    moves: Mapping[Path, Move]
    """By the folded path of the key that moves."""
    homes: Mapping[Path, Path]
    """By path in the inner form, where keys are written: for those that a body lacks."""
    beginnings: frozenset[Path]
    """Folded paths of all that may hold a key that moves."""
    written: tuple[Path, ...] = ()
    """Paths of the keys that move and are no old names, as they are written."""
    proper: Mapping[Path, Path] = field(default_factory=dict)
    """By folded path in the inner form, where the form has a key; of a form with a home of its own."""
    known: dict[tuple[Any, ...], bool] = field(default_factory=dict, compare=False)
    """Whether it concerns bodies with these keys."""

    @classmethod
    def of(cls, table: Mapping[str, Move], home: str = "") -> Form:
        """Return the form of a table of dotted paths; keys that it does not name are written under `home`."""
        moves = {_pattern(_parts(path)): move for path, move in table.items()}
        homes = {
            move.path: _parts(path)
            for path, move in reversed(list(table.items()))
            if move.to and not move.is_old and ANY not in path
        }
        beginnings = frozenset(path[:size] for path in moves for size in range(1, len(path)))
        written = tuple(_parts(path) for path, move in table.items() if not move.is_old)
        if not home:
            return cls(moves, {}, beginnings, written)
        return cls(moves, {(): _parts(home), **homes}, beginnings, written, _proper(table, home))

    def place_of(self, inner: Loc) -> Loc:
        """Return where the form has what stands at a place of the inner form."""
        folded = _pattern(inner)
        for size in range(len(inner), -1, -1):
            home = self.proper.get(folded[:size])
            if home is not None:
                numbers = iter([part for part in inner[:size] if isinstance(part, int)])
                return (*(next(numbers) if part == ANY else part for part in home), *inner[size:])
        return inner

    def written_as(self, key: str) -> list[Loc]:
        """Return the one path of a key that only this form calls so; nothing where there are several."""
        found: list[Loc] = [path for path in self.written if fold(path[-1]) == fold(key) and ANY not in path]
        return found if len(found) == 1 else []

    def move_at(self, place: Loc) -> Move | None:
        """Return where the key at a place moves to."""
        return self.moves.get(_pattern(place))

    def names_at(self, place: Loc, inner: Loc, names: Iterable[str]) -> list[str]:
        """Return what keys at `place` are called, which are at `inner` of the inner form and have `names` there."""
        own = [path[-1] for path in self.written if _pattern(path[:-1]) == _pattern(place)]
        renamed = {path[-1] for path, home in self.homes.items() if path and _pattern(path[:-1]) == _pattern(inner)}
        return [*own, *(name for name in names if name not in renamed or name in own)]

    def concerns(self, body: Mapping[Any, Any]) -> bool:
        """Return whether a body has a key that moves, or may hold one."""
        keys = (*body,)
        known = self.known.get(keys)
        if known is None:
            paths = [(fold(str(key)),) for key in keys]
            known = any(path in self.moves or path in self.beginnings for path in paths)
            if len(self.known) < MOST_KNOWN:
                self.known[keys] = known
        return known


def _proper(table: Mapping[str, Move], home: str) -> dict[Path, Path]:
    """Return where each key of the inner form that moves, or is implied, is written."""
    found: dict[Path, Path] = {(): _parts(home)}
    for path, move in table.items():
        if not move.is_old:
            for inner in (move.to, move.also[0] if move.also else None):
                if inner:
                    found.setdefault(_pattern(_parts(inner)), _parts(path))
    return found


def below(prefix: str, table: Mapping[str, Move], to: str = "") -> dict[str, Move]:
    """Return the table of bodies that stand at `prefix`, and at `to` in the inner form."""

    def shifted(move: Move) -> Move:
        return replace(move, to=f"{to}.{move.to}") if to and move.to else move

    return {f"{prefix}.{path}": shifted(move) for path, move in table.items()}


INNER: Final = Form.of({})
"""The inner form itself."""


@dataclass(slots=True)
class Origins:
    """Where the values of a document in the inner form stand in what was written."""

    _places: dict[Loc, Loc] = field(default_factory=dict)
    """By folded place in the inner form."""

    def add(self, inner: Loc, outer: Loc) -> None:
        """Note where the value at `inner` is written."""
        self._places[_folded(inner)] = outer

    def original(self, loc: Loc) -> Loc:
        """Return where the value at `loc` is written, or where it would be."""
        folded = _folded(loc) if self._places else ()
        for size in range(len(folded), 0, -1):
            found = self._places.get(folded[:size])
            if found is not None:
                return (*found, *loc[size:])
        return loc


@dataclass(slots=True)
class Mover:
    """What brings bodies of a document into the inner form, and keeps account of it."""

    origins: Origins = field(default_factory=Origins)
    findings: list[Finding] = field(default_factory=list)
    misplaced: dict[Loc, Loc] = field(default_factory=dict)
    """Where a form has keys that are written where the inner form has them, by folded place in the inner form."""

    def move(self, body: Mapping[Any, Any], form: Form, at: Loc) -> Mapping[Any, Any]:
        """Return the body that is written at `at` in the inner form."""
        if not form.concerns(body):
            return body
        for inner, outer in form.homes.items():
            self.origins.add((*at, *inner), (*at, *outer))
        made: dict[Any, Any] = {}
        implied: list[tuple[str, Any]] = []
        self._spread(body, (), (), _Rewriting(form, at, made, implied))
        for path, value in implied:
            _put(made, _parts(path), value, over=False)
        return made

    def _spread(self, held: Mapping[Any, Any] | list[Any], outer: Loc, base: Loc, body: _Rewriting) -> None:
        """Put all that is held at `outer` below `base`, or where a move says."""
        pairs: Iterable[tuple[Any, Any]] = held.items() if isinstance(held, Mapping) else enumerate(held)
        for key, inner in pairs:
            place, goal, value = (*outer, key), (*base, key), inner
            path = _pattern(place)
            move = body.form.moves.get(path)
            if move is not None:
                if move.to is None:
                    continue
                value = move.value(inner)
                goal = self._goal(move, place, held, body)
                if move.also is not None and inner is not None:
                    body.implied.append(move.also)
            if move is None:
                self._place(place, goal, body)
            if goal and (goal != place or (len(place) == 1 and body.form.homes)):
                self.origins.add((*body.at, *goal), (*body.at, *place))
            if path in body.form.beginnings and isinstance(value, Mapping | list) and value:
                self._spread(value, place, goal, body)
            elif goal:
                _put(body.made, goal, value)

    def _place(self, place: Loc, goal: Loc, body: _Rewriting) -> None:
        """Note a key of the inner form that another form has elsewhere; not those under it."""
        if not body.form.proper or not isinstance(place[-1], str):
            return
        expected, inner = body.form.place_of(goal), _folded((*body.at, *goal))
        if _folded(expected) != _folded(place) and not any(
            inner[:size] in self.misplaced for size in range(len(inner))
        ):
            self.misplaced[inner] = expected

    def is_misplaced(self, loc: Loc) -> Loc | None:
        """Return where a key belongs that is written at another place of its form."""
        return self.misplaced.get(_folded(loc)) if self.misplaced else None

    def _goal(self, move: Move, place: Loc, beside: Iterable[Any], body: _Rewriting) -> Loc:
        """Return where a key goes; an old name beside the new one goes nowhere, and is refused."""
        numbers = iter([part for part in place if isinstance(part, int)])
        goal: Loc = tuple(next(numbers) if part == ANY else part for part in move.path)
        if not move.is_old:
            return goal
        old, new = str(place[-1]), _relative(move.path, _pattern(place[:-1]))
        is_twice = any(fold(str(key)) == fold(new) for key in beside)
        text = f"'{old}' is an old name of '{new}'"
        if is_twice:
            goal, text = (*goal[:-1], old), f"'{old}' and '{new}' are two names of one key: leave '{old}' out"
        self.findings.append(Finding(text, (*body.at, *goal), is_warning=not is_twice))
        return () if is_twice else goal


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """One body on its way to the inner form."""

    form: Form
    at: Loc
    made: dict[Any, Any]
    implied: list[tuple[str, Any]]


def _parts(path: str) -> Path:
    return tuple(path.split(".")) if path else ()


def _folded(loc: Loc) -> Loc:
    """Return a place with its keys as they are compared."""
    return tuple(fold(part) if isinstance(part, str) else part for part in loc)


def _pattern(loc: Loc) -> Path:
    """Return a place as a form knows it."""
    return tuple(fold(part) if isinstance(part, str) else ANY for part in loc)


def _relative(path: Path, holder: Path) -> str:
    """Return what a path has after those parts of it that end the place of what holds the old key."""
    folded = tuple(fold(part) for part in path)
    shared = next((size for size in range(len(path) - 1, 0, -1) if holder[-size:] == folded[:size]), 0)
    return ".".join(path[shared:])


def _put(made: Any, goal: Loc, value: Any, *, over: bool = True) -> None:
    """Set what lies at `goal`, however keys on the way are written; not where something is and `over` is False.

    What lies on the way is copied, since it may be a part of the document as it is written.
    """
    for part, following in zip(goal, (*goal[1:], None), strict=True):
        if isinstance(made, list):
            made += [None] * (int(part) + 1 - len(made))
            key: Any = part
            there = made[key]
        else:
            key = next((key for key in made if fold(str(key)) == fold(str(part))), part)
            there = made.get(key)
        if following is None:
            if isinstance(there, Mapping) and isinstance(value, Mapping):
                made[key] = {**there, **value}
            elif over or there is None:
                made[key] = value
        elif isinstance(following, int):
            made[key] = list(there) if isinstance(there, list) else []
        else:
            made[key] = dict(there) if isinstance(there, Mapping) else {}
        made = made[key]
