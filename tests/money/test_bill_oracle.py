"""Bills worked out anew in fractions, from nothing but states of nodes and prices."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from simulator import Recording, simulate
from tests.engine.laws import check
from tests.engine.worlds import job, pool, scenario
from tests.examples import examples

WITHOUT_VM = ("preempted", "deallocating", "deallocated")
STEPS = {"second": 1000, "minute": 60_000, "hour": 3_600_000}
PRICES = {"dedicated": Fraction("0.0961"), "low_priority": Fraction("0.01845137")}


def spans(run: Recording) -> list[tuple[str, int]]:
    """Return the kind of node and the milliseconds of every VM that is paid for."""
    starts_late = run.scenario.options.billing_start == "starting"
    found: list[tuple[str, int]] = []
    node, is_open = -1, False
    for row in sorted(run.raw.recorder.states, key=lambda row: row.node):
        if row.node != node or row.state in WITHOUT_VM:
            node, is_open = row.node, False
        if row.state in WITHOUT_VM or (starts_late and row.state == "creating"):
            continue
        if not is_open:
            found.append((str(run.raw.recorder.nodes[row.node].kind), 0))
            is_open = True
        kind, length = found[-1]
        found[-1] = kind, length + row.end - row.start
    return found


def bill(run: Recording) -> Fraction:
    """Add up what every VM costs, each rounded by itself."""
    options = run.scenario.options
    step, least = STEPS[options.billing_granularity], round(options.billing_minimum_s * 1000)
    total = Fraction(0)
    for kind, length in spans(run):
        total += PRICES[kind] * max(-(-length // step) * step, least) / 3_600_000
    return total


@examples(20)
@given(
    st.integers(0, 10_000),
    st.sampled_from(list(STEPS)),
    st.sampled_from([0, 45, 600]),
    st.sampled_from(["creating", "starting"]),
    st.sampled_from(["0s", "7s"]),
)
def test_the_bill_is_that_of_every_vm_by_itself(
    seed: int, granularity: str, least: int, start: str, recovery: str
) -> None:
    body = pool(
        targetDedicatedNodes=1,
        targetLowPriorityNodes=3,
        simulation={
            "timing": {"creating": "3s", "starting": "4s", "recoveryDelay": recovery, "leaving": "5s"},
            "preemption": {"model": "hazard", "ratePerHour": 30},
            "prices": {"dedicated": float(PRICES["dedicated"]), "lowPriority": float(PRICES["low_priority"])},
        },
    )
    shrink = {"at": "400s", "operation": "resize", "pool": "p", "targetLowPriorityNodes": 1}
    options = {"billingGranularity": granularity, "billingMinimumS": least, "billingStart": start}
    described = scenario([body], [job(12, "90s")], options=options, timeline=[shrink], horizon="20m", seed=seed)
    made = check(simulate(described))
    assert Fraction(made.charges.total, 10**9 * 3_600_000) == bill(made)
