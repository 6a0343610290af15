"""Every reference leads somewhere: files and headings that code and documents name, and no label that only we know."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PLACES: Final = ("simulator", "docs", "notebooks", "scenarios", "tests", "README.md", "CHANGELOG.md", "CONTRIBUTING.md")
KINDS: Final = (".py", ".pxd", ".md", ".yaml", ".json", ".ipynb", ".csv", ".html", ".js", ".patch")

PAGE: Final = re.compile(r"\bdocs/[\w-]+\.md#[\w-]+")
LINK: Final = re.compile(r"\]\(([^()\s]+)\)")
PATH: Final = re.compile(r"`((?:simulator|docs|tests|scenarios|notebooks)/[\w./*-]+)`")
LABEL: Final = re.compile(r"""(?<!["'])\b(?:P(?:[1-9]|[1-5]\d|6[01])|A(?:[1-9]|[12]\d|3[0-5])|G(?:[1-9]|1[0-3]))\b""")
DOCUMENT: Final = re.compile(
    r"behaviou?r (?:spec|document)|language spec|\bspec(?:ification)? §|\bspec \d|§ ?\d|\(sections? \d", re.IGNORECASE
)
MINIFIED: Final = ".min.js"
"""How the names of scripts end that others have written."""


def files(*kinds: str) -> list[Path]:
    """Return the files of the given kinds that belong to the project, each once."""
    found = [path for place in PLACES for path in [ROOT / place, *sorted((ROOT / place).rglob("*"))]]
    ours = (path for path in found if path.suffix in (kinds or KINDS) and path.is_file() and path != Path(__file__))
    return [path for path in ours if not path.name.endswith(MINIFIED)]


@cache
def text_of(path: Path) -> str:
    """Return what people have written in a file: of a notebook the cells without what they printed."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    found: dict[str, int] = {}
    made = set()
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")
        made.add(f"{slug}-{found[slug]}" if slug in found else slug)
        found[slug] = found.get(slug, 0) + 1
    return frozenset(made)


def leads_to(target: str, start: Path) -> bool:
    """Return whether a path with an anchor, relative to a folder, is there."""
    path, _, anchor = target.partition("#")
    page = start / path
    return page.exists() and (not anchor or anchor in anchors(page))


def lines_with(path: Path, *patterns: re.Pattern[str]) -> Iterator[str]:
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if any(pattern.search(line) for pattern in patterns):
            yield f"{name(path)}:{number}: {line.strip()[:100]}"


def test_sections_that_code_and_documents_name_exist() -> None:
    named = {(name(path), target) for path in files() for target in PAGE.findall(text_of(path))}
    assert len(named) > 10
    astray = [f"{path}: {target}" for path, target in sorted(named) if not leads_to(target, ROOT)]
    assert not astray, "\n".join(astray)


def test_links_of_pages_lead_somewhere() -> None:
    astray = []
    for page in files(".md"):
        targets = [target for target in LINK.findall(text_of(page)) if "://" not in target]
        here = [page.name + target if target.startswith("#") else target for target in targets]
        astray += [f"{name(page)}: {target}" for target in here if not leads_to(target, page.parent)]
    assert not astray, "\n".join(astray)


def made_by_examples() -> set[str]:
    """Return the files that the worked examples of `docs/adding.md` would add."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "examples").glob("*.patch")]
    return {made for text in texts for made in re.findall(r"^\+\+\+ b/(\S+)", text, re.MULTILINE)}


def test_files_that_are_named_exist() -> None:
    made = made_by_examples()
    named = [(path, found) for path in files(".py", ".pxd", ".md") for found in PATH.findall(text_of(path))]
    astray = [
        f"{name(path)}: {found}" for path, found in named if found not in made and not any(ROOT.glob(found.rstrip("/")))
    ]
    assert not astray, "\n".join(astray)


def test_no_label_is_left_that_only_we_can_look_up() -> None:
    left = [line for path in files() if path.suffix != ".csv" for line in lines_with(path, LABEL, DOCUMENT)]
    assert not left, "\n".join(left)


def test_the_patterns_find_what_they_are_for() -> None:
    for text in ("(P28)", "assumption G9", "A21:", "behaviour spec §6.2", "language specification, 7.2", "(spec §10)"):
        assert LABEL.search(text) or DOCUMENT.search(text)
    for text in ("P95", "Standard_A8", "PT1H", '"A4"', "the specification of a job", "P(makespan <= 8h)"):
        assert not LABEL.search(text)
        assert not DOCUMENT.search(text)
    assert anchors(ROOT / "docs" / "model.md") >= {"order-within-one-instant", "start-of-a-node"}
