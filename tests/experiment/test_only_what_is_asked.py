"""A trial computes the measures that are asked of it, each to the last digit that the whole answer of a run has."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator import scenario_of, simulate
from simulator.experiment.measures import find_measure, is_measure
from simulator.experiment.trial import Wanted, run_trial
from simulator.results.answer.computed import Computed
from simulator.results.answer.metrics import observe, summarize
from simulator.results.answer.parts import Part, described
from simulator.scenario.prepared import Prepared
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples
from tests.laws.worlds import worlds

ALONE = 5
"""Measures of one made-up run that are asked for one by one."""


def numbers(answer: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the path of every number of an answer that can be followed."""
    for key, value in answer.items():
        name = ".".join((*path, key))
        if isinstance(value, Mapping):
            yield from numbers(value, (*path, key))
        elif isinstance(value, int | float) and is_measure(name):
            yield name


@examples(20)
@given(worlds(), st.randoms(use_true_random=False))
def test_a_measure_is_the_same_alone_with_others_and_in_the_whole_answer(made: dict[str, Any], order: Random) -> None:
    prepared = Prepared(scenario_of(made))
    answer = summarize(simulate(prepared.scenario)).as_dict()
    names = sorted(numbers(answer))
    expected = {name: find_measure(name).of(answer) for name in names}
    for name in order.sample(names, min(ALONE, len(names))):
        assert find_measure(name).of(observe(simulate(prepared))) == expected[name], name
    order.shuffle(names)
    assert run_trial(prepared, 0, 0, Wanted(measures=tuple(names))).values == expected


def test_what_a_study_does_not_follow_is_not_computed() -> None:
    recording = simulate(scenario([pool(targetDedicatedNodes=2)], [job(20, "60s")]))
    answer = observe(recording)
    for name in ("makespan", "cost", "queue_mean", "preemptions", "unfinished"):
        find_measure(name).of(answer)
    assert recording.__dict__.keys() >= {"charges", "control"}
    assert not recording.__dict__.keys() & {"ledger", "bill", "unfinished"}


def test_each_field_of_an_answer_has_what_computes_it_and_no_other_has() -> None:
    answer = observe(simulate(scenario([pool(targetDedicatedNodes=2)], [job(20, "60s")])))

    def assert_complete(part: type[Part], found: Computed[Any, Any]) -> None:
        fields = described(part)
        assert list(found) == list(fields)
        for name, field in fields.items():
            if isinstance(value := found[name], Computed):
                assert field.part is not None
                assert_complete(field.part, value)

    assert_complete(type(answer.whole()), answer)
