"""Plain YAML goes through libyaml: whatever is read that way is what the complete reader reads."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.scenario.reading import plain_yaml
from simulator.scenario.reading.plain_yaml import NotPlainError, YamlTextError, read_plain
from simulator.scenario.reading.yaml_data import read_yaml
from simulator.scenario.reading.yaml_text import read_any, value_of_plain

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").rglob("*.yaml"))
SIGNS: Final = (
    *"-:?[]{},#&*!|>'\"%@` \n\tab01.~<=/\\_+", ": ", "- ", "{a: b}", '"a":1', "---\n", "...\n", "<<: ", "\r\n", "\\n",
    "\u00e9", "\u2028", "\u0085", "| \n x", "!a ", "'a'", "1e5", "2026-01-01", "? ", "\n  ", "\n- ",
)  # fmt: skip
"""What may stand anywhere in a text."""
TEXTS: Final = (
    "a: |2\n   x\n  y\n",
    "a: >+\n x\n y\n\n\nb: 1\n",
    'a: "x\n  y\n\n  z"\n',
    "a: 'it''s'\nb: plain\n  more\n  words\n",
    "- - a\n  - b\n- {c: d, e: [f, g]}\n",
    '{"a":1,"b":[1,2.5,"x"],"c":{"d":null}}',
    "a: 0x1F\nb: 0o17\nc: 017\nd: 1_000\ne: .5\nf: 1e3\ng: 2026-01-05\nh: 2026-01-05T08:00:00Z\ni: 15:00\nj: yes\n",
    "a: b # c\nd: e#f\n# g\nh: 'i' # j\n",
    "x: &a {b: 1}\ny: *a\nz: {<<: *a, c: 2}\n",
    '[a, b: c, {d}, "e": f]',
)
needs_libyaml = pytest.mark.skipif(not plain_yaml.HAS_LIBYAML, reason="PyYAML has no libyaml here")


def outcome(read: Callable[[str], Any], text: str) -> str:
    try:
        return repr(read(text))
    except YamlTextError:
        return "refused"


def pieces() -> list[str]:
    """Return stretches of the shipped files, and texts that have all that plain YAML may have."""
    lines = [path.read_text(encoding="utf-8").splitlines() for path in SHIPPED]
    return [*TEXTS, *("\n".join(one[start : start + 8]) for one in lines for start in range(0, len(one), 8))]


def mutated(draw: random.Random, text: str) -> str:
    """Return a text with up to two signs put in or some characters left out."""
    for _ in range(draw.randrange(3)):
        at = draw.randrange(len(text) + 1)
        text = text[:at] + draw.choice((draw.choice(SIGNS), "")) + text[at + draw.choice((0, 0, 1, 4)) :]
    return text


@needs_libyaml
@pytest.mark.parametrize("seed", range(8))
def test_what_is_plain_is_read_as_the_complete_reader_reads_it(seed: int) -> None:
    draw, plain = random.Random(seed), 0  # noqa: S311 - for texts
    texts = pieces()
    for _ in range(400):
        text = mutated(draw, draw.choice(texts))
        try:
            found = repr(read_plain(text, value_of_plain))
        except NotPlainError:
            continue
        plain += 1
        assert found == outcome(read_any, text), text
    assert plain > 80, "hardly anything was plain: this shows nothing"


@needs_libyaml
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_files_are_plain(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert repr(read_plain(text, value_of_plain)) == repr(read_any(text))


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: !!int '3'\n",
        "a: !other b\n",
        "!\n",
        "a: {\n\tb: 1}\n",
        "%YAML 1.1\n---\na: yes\n",
        "a: 1\n---\nb: 2\n",
        '["a":b]',
        "a: &b [*b]\n",
        "a: |# no comment\n",
        "a: &l?n b\n",
        "1: a\n",
        "a: x\u2028y\n",
        "a: 9" + "9" * 5000 + "\n",
        "a: 2026-02-30T00:00:00Z\n",
        "- " * 200_000 + "a",
        "a: [1, 2\n",
        f"{'[' * 101}{']' * 101}",
    ],
)
def test_what_is_not_plain_is_left_to_the_complete_reader(text: str) -> None:
    with pytest.raises(NotPlainError):
        read_plain(text, value_of_plain)


def test_aliases_that_repeat_much_are_left_to_the_reader_that_counts() -> None:
    few = "a: &a [x, x]\nb: [*a, *a]\n"
    many = "b0: &b0 [x, x]\n" + "\n".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]" for n in range(1, 6))
    assert read_yaml(few) == {"a": ["x", "x"], "b": [["x", "x"], ["x", "x"]]}
    with pytest.raises(NotPlainError):
        read_plain(many, value_of_plain)


def test_without_libyaml_everything_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_yaml, "HAS_LIBYAML", False)
    with pytest.raises(NotPlainError):
        read_plain("a: 1\n", value_of_plain)
    assert read_yaml("a: 1\nb: 15:00\n") == {"a": 1, "b": "15:00"}
