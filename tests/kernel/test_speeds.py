"""One source, two speeds: what is compiled gives the same bytes and can be interrupted."""

import _thread
import json
import operator
import os
import signal
import subprocess
import sys
from array import array
from collections.abc import Callable
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator.kernel
from simulator.kernel import SPEED
from simulator.states import Outcome
from tests.kernel.speeds import SPEEDS

SCENARIOS = Path(__file__).parents[2] / "scenarios"
compiled = pytest.mark.skipif(SPEED != "compiled", reason="the kernel is not compiled here")
COLUMNS = ("task", "node", "instance", "assigned", "end", "outcome")


def pool(package: ModuleType, tasks: int, nodes: int, **options: Any) -> Any:
    """Build a pool whose tasks come and last as a small generator says."""
    stream = np.random.default_rng(3)
    columns = package.Tasks(
        submit=array("q", np.sort(stream.integers(0, 40 * tasks, tasks)).tolist()),
        span=array("q", stream.integers(1, 90_000, tasks).tolist()),
        queue=array("i", stream.integers(0, 12, tasks).tolist()),
        max_retries=array("i", stream.integers(0, 3, tasks).tolist()),
        failures=array("i", stream.choice([0, 0, 0, 1, 2], tasks).tolist()),
        queues=[(job, shape) for job in range(4) for shape in range(3)],
    )
    shapes = [package.Shape(1, 500, 900), package.Shape(2, 0, 0), package.Shape(3, 3000, 100)]
    kernel = package.Kernel(columns, shapes, [0, 5, 5, 5], slots=8, cores=8000, memory=4000, **options)
    for node in range(nodes):
        kernel.in_service(node)
    return kernel


def record(kernel: Any) -> list[bytes]:
    used = slice(len(kernel.attempts))
    return [bytes(np.asarray(getattr(kernel.attempts, name))[used]) for name in COLUMNS]


def losing_nodes(kernel: Any) -> list[bytes]:
    """Run while nodes go and come back."""
    for step in range(60):
        now = 20_000 * (step + 1)
        kernel.advance(now)
        kernel.complete(now)
        kernel.out_of_service(step % 7, now, 3)
        kernel.arrive(now)
        kernel.expire(now)
        kernel.in_service(step % 7)
        kernel.dispatch(now)
    kernel.advance(2**61)
    assert kernel.completed == kernel.count
    return record(kernel)


@compiled
@pytest.mark.parametrize("pack", [False, True])
@pytest.mark.parametrize("policy", [0, 1, 2])
@pytest.mark.parametrize("tail", [False, True])
def test_both_speeds_give_the_same_bytes(*, pack: bool, policy: int, tail: bool) -> None:
    records = [
        losing_nodes(pool(SPEEDS[speed], 6000, 40, pack=pack, job_policy=policy, retry_at_tail=tail, seed=2**63))
        for speed in ("python", "compiled")
    ]
    assert records[0] == records[1]


def ruled(package: ModuleType, **more: Any) -> Any:
    """Build a pool in which every rule of jobs and tasks that the kernel knows has something to do."""
    stream = np.random.default_rng(5)
    count = 3000
    rules = package.Rules(
        most_running=[-1, 20, -1, -1],
        displaceable=[True, False, True, False],
        managers=[-1, -1, 0, -1],
        prepared=[0, 1, 2, 0],
        prepare=lambda job, node, _: ~500 if (job + node) % 7 == 0 else 900,
        latency=array("q", stream.integers(0, 50, count).tolist()),
        limit=array("q", stream.choice([2**62, 40_000], count).tolist()),
        checkpoint_interval_ms=array("q", stream.choice([0, 5000], count).tolist()),
        checkpoint_cost_ms=array("q", [100] * count),
        restart_cost_ms=array("q", [300] * count),
        demand=array("q", stream.integers(100, 90_000, count).tolist()),
        wish=array("i", stream.choice([-1, 0, 1], count).tolist()),
        fetches=array("b", stream.choice([0, 1, 1], count).tolist()),
        fetch=lambda task, node, _: ~700 if (task + node) % 50 == 0 else 4000 * (task % 2),
        **more,
    )
    queue = stream.integers(0, 12, count)
    queue[0] = 6  # the manager's own job
    columns = package.Tasks(
        submit=array("q", np.sort(stream.integers(0, 40 * count, count)).tolist()),
        span=array("q", [60 + demand for demand in rules.demand]),
        queue=array("i", queue.tolist()),
        max_retries=array("i", stream.integers(0, 3, count).tolist()),
        failures=array("i", stream.choice([0, 0, 0, 1, 2], count).tolist()),
        queues=[(job, shape) for job in range(4) for shape in range(3)],
    )
    shapes = [package.Shape(1, 500, 900), package.Shape(2, 0, 0), package.Shape(3, 3000, 100)]
    kernel = package.Kernel(columns, shapes, [0, 5, 5, 7], slots=8, cores=8000, memory=4000, seed=11, rules=rules)
    for node in range(30):
        kernel.in_service(node)
        kernel.eligibility.describe(node, node % 2 == 0)
    kernel.wishes[0], kernel.wishes[1] = 4, 9
    return kernel


@compiled
def test_both_speeds_give_the_same_bytes_under_all_rules() -> None:
    records = [losing_nodes(ruled(SPEEDS[speed])) for speed in ("python", "compiled")]
    assert records[0] == records[1]
    outcomes = set(records[1][5])
    others = (Outcome.RUNNING, Outcome.REQUEUED, Outcome.TERMINATED, Outcome.LOST)
    assert {int(one) for one in Outcome if one not in others} <= outcomes


@compiled
def test_both_speeds_give_the_same_bytes_where_cores_are_shared() -> None:
    shared = {"share_cores": True, "setup_ms": array("q", [60] * 3000)}
    records = [losing_nodes(ruled(SPEEDS[speed], **shared)) for speed in ("python", "compiled")]
    assert records[0] == records[1]
    assert records[0] != losing_nodes(ruled(SPEEDS["python"]))


WRITES_TABLES = """
import sys
from pathlib import Path
from simulator import load, simulate
from simulator.results.write import write

for name in sys.argv[2:]:
    write(simulate(load(name)), Path(sys.argv[1]) / Path(name).stem)
"""


@compiled
def test_both_speeds_write_the_same_tables(tmp_path: Path) -> None:
    names = ("dedicated_or_low_priority", "memory_bound", "reactive_pool", "preempted_replaced", "oversubscribed")
    files = [str(SCENARIOS / f"{name}.yaml") for name in names]
    for speed in ("python", "compiled"):
        command = [sys.executable, "-c", WRITES_TABLES, str(tmp_path / speed), *files]
        subprocess.run(command, env={**os.environ, "POOLSIGHT_KERNEL": speed}, check=True)
    expected = sorted((tmp_path / "python").glob("*/*"))
    assert len(expected) > 10 * len(names)
    for path in expected:
        found = tmp_path / "compiled" / path.relative_to(tmp_path / "python")
        if path.name == "manifest.json":
            assert found.read_text().replace('"kernel": "compiled"', '"kernel": "python"') == path.read_text()
            assert '"kernel": "python"' in path.read_text()
        else:
            assert found.read_bytes() == path.read_bytes(), found


def test_a_pool_without_tasks_runs_where_interpreted(tmp_path: Path) -> None:
    pool, jobs = (SCENARIOS / "first_pool.yaml").read_text().split("jobs:")
    second = pool.split("pools:")[1].replace("id: small", "id: idle")
    file = tmp_path / "two_pools.yaml"
    file.write_text(f"{pool.rstrip()}\n{second.strip(chr(10)).rstrip()}\njobs:{jobs}")
    command = [sys.executable, "-m", "simulator.cli", "run", str(file), "--json"]
    environment = {**os.environ, "POOLSIGHT_KERNEL": "python"}
    printed = json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)
    assert (printed["tasks"]["succeeded"], printed["nodes"]["peak"]) == (400, 8)


@compiled
def test_what_is_compiled_is_what_stands_here() -> None:
    """A stale build would test yesterday's kernel: `make test` builds anew when a source has changed."""
    folder = Path(simulator.kernel.__path__[0])
    if not (folder.parents[1] / "setup.py").is_file():
        pytest.skip("installed with what it was built from; its times are those of unpacking")
    for source in folder.glob("*.pxd"):
        [built] = [path for path in folder.glob(f"{source.stem}.*") if path.suffix in {".so", ".pyd"}]
        assert built.stat().st_mtime >= source.with_suffix(".py").stat().st_mtime, f"{built.name} is older"


def test_an_environment_variable_chooses_the_interpreter() -> None:
    code = "from simulator.kernel import SPEED; print(SPEED)"
    environment = {**os.environ, "POOLSIGHT_KERNEL": "python"}
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert printed.strip() == "python"


def quiet(tasks: int) -> Any:
    """Make a pool that keeps up with its plain work: one task a millisecond, and room for all of them."""
    kernel = simulator.kernel
    zeros = array("i", bytes(4 * tasks))
    columns = kernel.Tasks(array("q", range(tasks)), array("q", [20] * tasks), zeros, zeros, zeros, [(0, 0)])
    made = kernel.Kernel(columns, [kernel.Shape(1, 0, 0)], [0], slots=4, cores=1, memory=1)
    for node in range(10):
        made.in_service(node)
    return made


@compiled
@pytest.mark.parametrize(
    "make", [lambda: pool(simulator.kernel, 200_000, 40), lambda: quiet(1_000_000)], ids=["busy", "quiet"]
)
def test_a_compiled_run_is_interrupted_between_two_instants(make: Callable[[], Any]) -> None:
    """Ctrl-C comes while compiled code runs, and is raised where the kernel next looks for signals.

    The first look is replaced by a C function that marks the signal as pending; neither it nor what calls it is
    bytecode, so nothing handles the signal before the second look, which is the kernel's own.
    """
    whole = make()
    whole.advance(2**61)
    broken = make()
    module = sys.modules[type(broken).__module__]
    looks = map(operator.call, chain([_thread.interrupt_main], repeat(module.check_signals)))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "check_signals", partial(next, looks))
            with pytest.raises(KeyboardInterrupt):
                broken.advance(2**61)
    finally:
        signal.signal(signal.SIGINT, before)
    assert 0 < broken.completed < broken.count
    broken.advance(2**61)
    assert record(broken) == record(whole)


@given(st.lists(st.tuples(st.sampled_from(["add", "remove", "move"]), st.integers(0, 9000)), max_size=80))
@pytest.mark.parametrize(
    "make",
    [*(kernel.ordered_set.OrderedSet for kernel in SPEEDS.values()), SPEEDS["python"].ordered_set_interpreted.WideSet],
)
def test_ordered_sets_agree_with_sorting(make: Callable[[int], Any], steps: list[tuple[str, int]]) -> None:
    made = make(9001)
    members: set[int] = set()
    for what, number in steps:
        if what == "add" and number not in members:
            members.add(number)
            made.add(number)
        elif what == "remove" and number in members:
            members.remove(number)
            made.remove(number)
        elif what == "move" and members and number not in members:
            left = members.pop()
            members.add(number)
            made.move(left, number)
        assert made.first(number) == min((member for member in members if member >= number), default=-1)
        assert made.first(0) == min(members, default=-1)
        assert made.size == len(members)


@given(st.lists(st.tuples(st.sampled_from(["push", "push", "pop", "replace"]), st.integers(0, 2**62)), max_size=200))
@pytest.mark.parametrize("speed", SPEEDS)
def test_heaps_agree_with_sorting(speed: str, steps: list[tuple[str, int]]) -> None:
    made = SPEEDS[speed].heap.Heap()
    keys: list[int] = []
    for what, key in steps:
        if what == "push":
            keys.append(key)
            made.push(key)
        elif keys and what == "pop":
            made.pop()
            keys.pop(0)
        elif keys:
            keys[0] = key
            made.replace(key)
        keys.sort()
        assert made.size == len(keys)
        assert made.top == (keys[0] if keys else 2**63 - 1)
        if keys:
            assert made.is_alone(40) == (len(keys) == 1 or keys[0] >> 40 != keys[1] >> 40)
