"""Words that the project does not use, and what stands in their place: `python -m tests.words` lists where they are.

Names must survive being read aloud in a review, docstrings begin with what a function does for its caller, and messages
speak of the service and of statistics. Names of random streams are seeds: they stay as they are.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]
INSTEAD: Final = {
    "luck": "draw, random stream",
    "lucky": "drawn",
    "dice": "draw, random stream",
    "heed": "follow, handle, on_progress",
    "heeds": "follows, handles",
    "heeded": "handled",
    "hear": "be notified, on_outcome",
    "hears": "is notified",
    "heard": "notified",
    "heir": "the next task that fits",
    "heirs": "the next tasks that fit",
    "stumble": "fail",
    "stumbles": "fails, failures",
    "stumbling": "failing",
    "tell": "report, show, name",
    "tells": "reports, shows, names",
    "told": "reported, shown, stated",
}
"""Words of no text and no name, with what to write."""
IN_NAMES: Final = {"say": "state, report", "says": "states", "said": "stated, text", "borne": "accepted"}
"""Words that are right in a sentence and say too little in a name."""
FIRST: Final = {
    **dict.fromkeys(("give", "gives"), "return, draw, place"),
    **dict.fromkeys(("say", "says", "tell", "tells"), "return, report"),
    **dict.fromkeys(("hear", "heed", "bear", "strike", "breathe", "let", "lets"), "a verb of the trade"),
}
"""Words with which no docstring begins."""
SKIPPED: Final = (
    "simulator/kernel/",
    "simulator/engine/bridge/",
    "tests/kernel/",
    "tests/words.py",
    "tests/test_wording.py",
)
"""The kernel and its bridge have a vocabulary of their own; this list has the words themselves."""
ALLOWED: Final = {
    ("simulator/workshop/search.py", "tell"): "Optuna's method",
}
"""What has to stay, and why."""


class Use(NamedTuple):
    """One use of a word."""

    file: str
    line: int
    word: str
    instead: str


def parts(name: str) -> list[str]:
    """Return the words of an identifier."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each name that a module gives to something, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def first_words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the first word of each docstring, with the line of what it describes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            text = (ast.get_docstring(node) or "").split()
            if text:
                yield getattr(node, "lineno", 1), text[0].strip(".,:;").lower()


def in_text(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the uses of words in a text: line, word, replacement."""
    pattern = re.compile(rf"\b({'|'.join(INSTEAD)})\b", re.IGNORECASE)
    for number, line in enumerate(text.split("\n"), 1):
        yield from ((number, word.lower(), INSTEAD[word.lower()]) for word in pattern.findall(line))


def in_module(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the uses of words in the names, docstrings, messages and comments of a module."""
    tree = ast.parse(text)
    forbidden = {**INSTEAD, **IN_NAMES}
    for line, name in names(tree):
        yield from ((line, word, forbidden[word]) for word in parts(name) if word in forbidden)
    yield from ((line, word, FIRST[word]) for line, word in first_words(tree) if word in FIRST)
    yield from in_text(text)


def uses(root: Path = ROOT) -> list[Use]:
    """Return every use in the package, its tests, documents and lessons that is not on the list of what has to stay."""
    files = [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")]
    for folder in ("simulator", "tests", "docs", "notebooks"):
        files += (root / folder).rglob("*.py")
    found = []
    for file in sorted(files):
        name = file.relative_to(root).as_posix()
        if not name.startswith(SKIPPED):
            text = file.read_text(encoding="utf-8")
            all_uses = set(in_module(text) if file.suffix == ".py" else in_text(text))
            found += [Use(name, *use) for use in sorted(all_uses) if (name, use[1]) not in ALLOWED]
    return found


def main() -> int:
    """Print every use; 1 where there is one."""
    found = uses()
    for use in found:
        sys.stdout.write(f"{use.file}:{use.line}: '{use.word}': write {use.instead}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
