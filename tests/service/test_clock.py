"""When time goes on."""

import pytest

from simulator.errors import InputError
from simulator.service.clock import Clock


def test_clocks_are_read_as_they_are_written() -> None:
    assert Clock.parse("idle") == Clock.parse("idle:0.5s") == Clock.parse("idle:500ms")
    for text in ("idle:0.5s", "manual", "scaled:60", "step:30s"):
        assert str(Clock.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "now", "idle:5", "idle:0s", "scaled:", "scaled:x", "scaled:0", "manual:1", "step:x"]
)
def test_others_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"expected idle:0\.5s, manual, scaled:60 or step:30s"):
        Clock.parse(text)


def test_each_follows_another_thing() -> None:
    idle, manual, scaled, step = map(Clock.parse, ("idle:2s", "manual", "scaled:60", "step:30s"))
    assert [one.may_run(3) for one in (idle, manual, scaled, step)] == [True, False, False, False]
    assert not idle.may_run(1)
    assert [one.passed(2) for one in (idle, manual, scaled, step)] == [0, 0, 120, 0]
    assert [one.step for one in (idle, manual, scaled, step)] == [0, 0, 0, 30]
