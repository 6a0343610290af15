"""What a command line says about its own run: how long it takes, and its exit code.

A command line is read completely or not at all (docs/model.md#command-lines): commands that only wait, in a row, in a
shell or in none. Whatever else it holds (a program, a variable, a pipe, a loop) makes its time unknown. Nothing runs.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

DEEPEST: Final = 20
"""How many shells may stand inside each other."""
TIMED_OUT: Final = 124
"""Exit code of `timeout` where it had to end the command."""
_NO_TIME: Final = {"true": 0, ":": 0, "echo": 0, "printf": 0, "false": 1}
"""Commands that end at once, and their exit codes."""
_PROGRAMS: Final = frozenset({"sleep", "timeout", "true", "false", "echo", "printf", "sh", "bash", "dash"})
"""What `timeout` can start: programs, not words of a shell."""
_SHELLS: Final = frozenset({"sh", "bash", "dash"})
_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN: Final = re.compile(r"(\d+\.?\d*|\.\d+)([smhd]?)")
_SHELL_OPTIONS: Final = re.compile(r"-[lx]*c[lx]*")
_CMD: Final = re.compile(
    r"\s*\"?(?:[a-z]:\\[^\"\s]*\\)?cmd(?:\.exe)?\"?(?:\s+/[dsq])*\s+/c\s+(?P<rest>.*)", re.DOTALL | re.IGNORECASE
)
_POWERSHELL: Final = re.compile(
    r"\s*\"?(?:[a-z]:\\[^\"\s]*\\)?(?:powershell|pwsh)(?:\.exe)?\"?"
    r"(?:\s+-(?:noprofile|nologo|noninteractive|(?:executionpolicy|ep)\s+\w+))*(?:\s+-c(?:ommand)?)?\s+(?P<rest>[^-].*)",
    re.DOTALL | re.IGNORECASE,
)
_START_SLEEP: Final = re.compile(
    r"(?:start-)?sleep\s+(?:(?:-s(?:econds)?\s+)?(?P<s>\d+)|-m(?:illiseconds)?\s+(?P<ms>\d+))", re.IGNORECASE
)
_REDIRECTION: Final = re.compile(r"\d?>>?(?:&(?=\d))?")
_PLAIN: Final = re.compile(r"[^\s;&|<>()$`'\"\\]+")
"""What stands for itself in a word of a POSIX shell."""
_PLAIN_IN: Final = {"'": re.compile(r"[^']+"), '"': re.compile(r'[^"$`\\]+')}
"""What stands for itself between quotes."""
_EXIT: Final = re.compile(r"exit\s+(-?\d+)", re.IGNORECASE)
_WAIT: Final = re.compile(r"sleep|timeout|ping", re.IGNORECASE)
_LEAVES: Final = (":", "exit", "sleep", "echo", "true", "false", "timeout", "ping", "printf")
"""Words of which every command line that can be read has one."""
_NAMES_TIME: Final = re.compile(
    r"(?<![\w-])(?:(?:start-)?sleep\s+\S|timeout\s+\S|exit\s+-?[1-9])|\bping\b.*\s-n\s",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class CommandRun:
    """How a command line runs: seconds, infinite where it never ends, and the exit code."""

    seconds: float
    exit_code: int


class _UnreadableError(Exception):
    """The command line holds something whose effect is not known."""


_NOTHING: Final = (None, None, False)


@dataclass(frozen=True, slots=True)
class _Step:
    """How one command ends."""

    seconds: float
    code: int
    ends_shell: bool = False


Commands = list[tuple[str, list[str]]]
"""What stands between a command and the one before it (`;`, `&&`, `||`), and its words."""
Act = Callable[[list[str], int], _Step]
"""Runs the words of one command; takes the exit code of the one before."""


def read_command(line: str) -> CommandRun | None:
    """Return how a command line runs; None where it holds anything whose time is not known, or nothing."""
    return stated_by(line)[0]


def seconds_of(line: str) -> float | None:
    """Return the time that a command line states: that of its waits; None where it has none, or cannot be read."""
    return stated_by(line)[1]


def is_unread(line: str) -> bool:
    """Return whether a command line names a time or an exit code and yet cannot be read."""
    return stated_by(line)[2]


@lru_cache(maxsize=4096)
def stated_by(line: str) -> tuple[CommandRun | None, float | None, bool]:
    """Return all that is read in a command line: how it runs, the time that it states, and whether that is unread."""
    if not _may_be_read(line):
        return _NOTHING
    run = _readable(line)
    waits = run is not None and _WAIT.search(line) is not None
    return run, run.seconds if run is not None and waits else None, run is None and _NAMES_TIME.search(line) is not None


def _may_be_read(line: str) -> bool:
    """Return whether a command line has a word that must be there, quotes or not, for anything to be read in it."""
    text = line.replace("'", "").replace('"', "").replace("\\", "").replace("\n", "").lower()
    return any(word in text for word in _LEAVES)


def _readable(line: str) -> CommandRun | None:
    try:
        return _read(line, 0)
    except _UnreadableError:
        return None


def _read(line: str, depth: int) -> CommandRun:
    if depth > DEEPEST:
        raise _UnreadableError
    if found := _POWERSHELL.fullmatch(line):
        return _read_powershell(found["rest"])
    if found := _CMD.fullmatch(line):
        return _read_cmd(found["rest"], depth)
    return _run(_commands(_posix_tokens(line)), lambda words, before: _posix(words, before, depth))


def _run(commands: Commands, act: Act) -> CommandRun:
    """Run commands one after the other, those that `&&` and `||` let run."""
    seconds, code = 0.0, 0
    for joint, words in commands:
        if (joint == "&&" and code != 0) or (joint == "||" and code == 0):
            continue
        step = act(words, code)
        seconds += step.seconds
        code = step.code
        if step.ends_shell or math.isinf(seconds):
            break
    return CommandRun(seconds, code)


def _commands(tokens: Iterator[tuple[str, str]]) -> Commands:
    """Put tokens together to commands; an operator without a command on each side cannot be read."""
    found: Commands = []
    joint, words = ";", list[str]()
    for kind, text in tokens:
        if kind == "word":
            words.append(text)
            continue
        if words:
            found.append((joint, words))
        elif text != "\n":
            raise _UnreadableError
        if words or joint == ";":
            joint = ";" if text == "\n" else text
        words = []
    if words:
        found.append((joint, words))
    elif joint != ";" or not found:
        raise _UnreadableError
    return found


def _posix_tokens(line: str) -> Iterator[tuple[str, str]]:
    """Yield the words and operators of a POSIX shell's command line; redirections of output are left out."""
    place, is_target = 0, False
    while place < len(line):
        char = line[place]
        if char == "\n":
            yield "operator", "\n"
            place += 1
        elif char.isspace():
            place += 1
        elif line.startswith(("&&", "||"), place):
            yield "operator", line[place : place + 2]
            place += 2
        elif char == ";":
            yield "operator", ";"
            place += 1
        elif redirection := _REDIRECTION.match(line, place):
            place, is_target = redirection.end(), True
            _expect_word(line, place)
        elif char in "&|<()#":
            raise _UnreadableError
        else:
            word, place = _posix_word(line, place)
            if not is_target:
                yield "word", word
            is_target = False


def _expect_word(line: str, place: int) -> None:
    """Refuse a redirection that names no file."""
    rest = line[place:].lstrip(" \t")
    if not rest or rest[0] in "\n;&|<>()":
        raise _UnreadableError


def _posix_word(line: str, place: int) -> tuple[str, int]:
    """Return the word that begins at a place, without its quotes, and where it ends."""
    text: list[str] = []
    while place < len(line) and not line[place].isspace() and line[place] not in ";&|<>()":
        if plain := _PLAIN.match(line, place):
            text.append(plain[0])
            place = plain.end()
            continue
        char = line[place]
        if char in "$`":
            raise _UnreadableError
        if char in "'\"":
            inner, place = _quoted(line, place)
            text.append(inner)
            continue
        if char == "\\":
            place += 1
            if place == len(line):
                raise _UnreadableError
            char = "" if line[place] == "\n" else line[place]
        text.append(char)
        place += 1
    return "".join(text), place


def _quoted(line: str, place: int) -> tuple[str, int]:
    """Return what stands between the quotes that open at a place, and where they have closed."""
    quote, text = line[place], list[str]()
    place += 1
    plain = _PLAIN_IN[quote]
    while place < len(line) and line[place] != quote:
        if found := plain.match(line, place):
            text.append(found[0])
            place = found.end()
            continue
        char = line[place]
        if quote == '"' and char in "$`":
            raise _UnreadableError
        if quote == '"' and char == "\\" and line[place + 1 : place + 2] in ("$", "`", '"', "\\", "\n"):
            place += 1
            char = "" if line[place] == "\n" else line[place]
        text.append(char)
        place += 1
    if place >= len(line):
        raise _UnreadableError
    return "".join(text), place + 1


def _posix(words: list[str], before: int, depth: int) -> _Step:
    """Run one command of a POSIX shell, or one that no shell starts."""
    name, rest = re.sub(r"^(?:/usr)?/bin/", "", words[0]), words[1:]
    if name == "sleep" and rest:
        return _Step(math.fsum(map(_span, rest)), 0)
    if name == "timeout":
        return _timeout(rest, depth)
    if name in _NO_TIME:
        return _Step(0.0, _NO_TIME[name])
    if name in _SHELLS and len(rest) > 1 and _SHELL_OPTIONS.fullmatch(rest[0]):
        inner = _read_posix(rest[1], depth + 1)
        return _Step(inner.seconds, inner.exit_code)
    if name == "exit" and len(rest) <= 1:
        code = str(before) if not rest else rest[0]
        if code.isascii() and code.isdecimal() and int(code) <= 255:
            return _Step(0.0, int(code), ends_shell=True)
    if name.lower() == "ping":
        return _ping(rest)
    raise _UnreadableError


def _read_posix(script: str, depth: int) -> CommandRun:
    if depth > DEEPEST or not script.strip():
        raise _UnreadableError
    return _run(_commands(_posix_tokens(script)), lambda words, before: _posix(words, before, depth))


def _span(text: str) -> float:
    """Return the seconds of an argument of `sleep`."""
    if text in ("inf", "infinity"):
        return math.inf
    found = _SPAN.fullmatch(text) if text.isascii() else None
    if found is None:
        raise _UnreadableError
    return float(found[1]) * _UNITS[found[2]]


def _timeout(rest: list[str], depth: int) -> _Step:
    """Run `timeout`: that of Windows waits, that of Linux ends a command that takes longer."""
    if len(rest) == 1 or any(word.startswith("/") for word in rest[:1]) or "/nobreak" in map(str.lower, rest):
        return _windows_timeout(rest)
    if len(rest) < 2 or re.sub(r"^(?:/usr)?/bin/", "", rest[1]) not in _PROGRAMS:
        raise _UnreadableError
    limit, inner = _span(rest[0]), _posix(rest[1:], 0, depth)
    if limit == 0 or inner.seconds < limit:
        return _Step(inner.seconds, inner.code)
    if inner.seconds == limit:
        raise _UnreadableError  # which of the two is first nobody knows
    return _Step(limit, TIMED_OUT)


def _windows_timeout(words: list[str]) -> _Step:
    left = [word.lower() for word in words if word.lower() not in ("/t", "/nobreak")]
    if len(left) != 1 or not (left[0].isascii() and left[0].isdecimal()) or int(left[0]) > 99999:
        raise _UnreadableError
    return _Step(float(left[0]), 0)


def _ping(rest: list[str]) -> _Step:
    """Run Windows' `ping -n N` to the machine itself: an answer at once, and a second from one to the next."""
    words = [word.lower() for word in rest]
    if len(words) != 3 or words[0] != "-n" or words[2] not in ("localhost", "127.0.0.1", "::1"):
        raise _UnreadableError
    if not (words[1].isascii() and words[1].isdecimal()) or int(words[1]) < 1:
        raise _UnreadableError
    return _Step(float(words[1]) - 1, 0)


def _read_cmd(rest: str, depth: int) -> CommandRun:
    """Read what `cmd /c` gets; it takes off the first and the last quote."""
    line = rest.strip()
    if line.startswith('"'):
        first, last = 0, line.rindex('"')
        if last == first:
            raise _UnreadableError
        line = line[1:last] + line[last + 1 :]
    if _POWERSHELL.fullmatch(line) or _CMD.fullmatch(line):
        return _read(line, depth + 1)
    return _run(_commands(_cmd_tokens(line)), _cmd)


def _cmd_tokens(line: str) -> Iterator[tuple[str, str]]:
    parts = re.split(r"(&&|\|\|)", re.sub(r"\s[12]?>>?\s*(?:nul|&[12])\b", " ", line, flags=re.IGNORECASE))
    for part in parts:
        if part in ("&&", "||"):
            yield "operator", part
            continue
        if re.search(r"[&|<>()^%;,\"'\n!]", part):
            raise _UnreadableError
        yield from (("word", word) for word in part.split())


def _cmd(words: list[str], before: int) -> _Step:
    """Run one command of the shell of Windows."""
    name, rest = words[0].lower().removesuffix(".exe"), words[1:]
    if name == "timeout":
        return _windows_timeout(rest)
    if name == "ping":
        return _ping(rest)
    if name == "echo":
        return _Step(0.0, before)
    if name == "exit":
        code = [word for word in rest if word.lower() != "/b"] or [str(before)]
        if len(code) == 1 and re.fullmatch(r"-?\d{1,9}", code[0], re.ASCII):
            return _Step(0.0, int(code[0]), ends_shell=True)
    raise _UnreadableError


def _read_powershell(rest: str) -> CommandRun:
    """Read what PowerShell gets: waits and an exit, one after the other."""
    line = rest.strip()
    if len(line) > 1 and line[0] == line[-1] and line[0] in "\"'":
        line = line[1:-1]
    commands: Commands = [(";", [one.strip()]) for one in re.split(r"[;\n]", line) if one.strip()]
    if not commands:
        raise _UnreadableError
    return _run(commands, _powershell)


def _powershell(words: list[str], _before: int) -> _Step:
    if (found := _START_SLEEP.fullmatch(words[0])) and words[0].isascii():
        return _Step(float(found["s"]) if found["s"] else float(found["ms"]) / 1000, 0)
    if (found := _EXIT.fullmatch(words[0])) and words[0].isascii() and len(found[1]) < 10:
        return _Step(0.0, int(found[1]), ends_shell=True)
    raise _UnreadableError
