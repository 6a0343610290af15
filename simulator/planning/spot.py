"""Spot or dedicated: what each share costs, how late it may get, and from which eviction rate on it no longer pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from simulator.errors import InputError
from simulator.experiment.axes import Base
from simulator.experiment.estimates import Estimate, change, mean, probability
from simulator.experiment.trial import Outcome
from simulator.planning.break_even import STEPS as RATES
from simulator.planning.break_even import BreakEven, find_break_even
from simulator.planning.lengths import FACTORS as LENGTHS
from simulator.planning.lengths import MOST_SAVED, Length, Saving, by_length, savings
from simulator.planning.runs import Columns, plain, run_all, run_on
from simulator.planning.scaling import scaled, with_eviction_rate, with_groups
from simulator.results.answer.assumed import Assumed, instead, lines
from simulator.results.money.prices import licenses_of, price_kind, price_of
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.pool_operations import Resize
from simulator.scenario.format.preemption_models import Hazard, NoPreemption
from simulator.scenario.format.schema import Operation
from simulator.scenario.scenario import Scenario
from simulator.states import NodeKind, PriceKind
from simulator.workload.build import build

LITTLE: Final = 0.01
"""Share of the tasks that one split may leave undone more than another without being called worse."""
RISK: Final = 0.05
"""How probable missing the deadline may be for a share to be called good."""


@dataclass(frozen=True, slots=True)
class Share:
    """The pool with one split of its nodes."""

    spot_share: float
    dedicated_nodes: int
    low_priority_nodes: int
    cost: Estimate
    cost_of_runs: dict[str, float]
    """p5, p50 and p95 of single runs."""
    makespan: Estimate | None
    makespan_of_runs: dict[str, float] | None
    misses_deadline: Estimate | None
    """Probability that work is left at the deadline; None without a deadline."""
    lost_node_hours: Estimate
    preemptions: Estimate
    unfinished: Estimate
    """Tasks that never complete."""
    saved: Estimate
    """Share of the all-dedicated cost that is saved, in pairs of the same draws."""

    def to_dict(self) -> dict[str, Any]:
        estimates = ("cost", "makespan", "misses_deadline", "lost_node_hours", "preemptions", "unfinished", "saved")
        return {
            "spot_share": self.spot_share,
            "dedicated_nodes": self.dedicated_nodes,
            "low_priority_nodes": self.low_priority_nodes,
            **{name: plain(getattr(self, name)) for name in estimates},
            "cost_of_runs": self.cost_of_runs,
            "makespan_of_runs": self.makespan_of_runs,
        }


@dataclass(frozen=True, slots=True)
class SpotReport:
    """Everything that `poolsight spot` says of one pool."""

    pool: str
    deadline: float | None
    replications: int
    tasks: int
    """Of the pool's jobs."""
    paid_as: PriceKind
    """What the nodes that can be taken back are paid as."""
    price_ratio: float
    """Their price over the dedicated price."""
    rate_per_hour: float | None
    """The pool's constant hazard; None where its preemption has another model."""
    shares: tuple[Share, ...]
    break_even: BreakEven
    lengths: tuple[Length, ...]
    savings: tuple[Saving, ...]
    """What checkpoints would change; empty without a constant hazard."""
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def best(self) -> Share | None:
        """The cheapest share that meets the deadline with the risk allowed.

        Without a deadline the cheapest of those that leave no more work undone than any other, but for a hundredth of
        the tasks: what is not done costs nothing.
        """
        good = [one for one in self.shares if self._is_good(one)]
        return min(good, key=lambda one: one.cost.value) if good else None

    def _is_good(self, share: Share) -> bool:
        if share.misses_deadline is not None:
            return share.misses_deadline.value <= RISK
        least = min(one.unfinished.value for one in self.shares)
        return share.unfinished.value <= least + LITTLE * self.tasks

    @property
    def enough(self) -> int:
        """How many replications without a miss would show that a share misses the deadline in at most `RISK`."""
        return next(count for count in range(1, 1000) if probability(0, count).high <= RISK)

    def to_dict(self) -> dict[str, Any]:
        return {
            "pool": self.pool,
            "deadline_s": self.deadline,
            "replications": self.replications,
            "paid_as": str(self.paid_as),
            "price_ratio": self.price_ratio,
            "rate_per_hour": self.rate_per_hour,
            "best_spot_share": self.best.spot_share if self.best else None,
            "shares": [share.to_dict() for share in self.shares],
            "break_even": self.break_even.to_dict(),
            "task_length": [length.to_dict() for length in self.lengths],
            "checkpoints": [saving.to_dict() for saving in self.savings],
            "notes": list(self.notes),
            "assumptions": list(self.assumptions),
        }


def spot_report(
    base: Base,
    pool_id: str | None = None,
    *,
    steps: int = 5,
    deadline: float | None = None,
    rate: float | None = None,
    replications: int = 30,
    checkpoint_cost: float = 60.0,
    workers: int = 0,
    cluster: str | None = None,
    on_outcome: Callable[[Outcome], object] | None = None,
) -> SpotReport:
    """Report on the pool of a scenario; `rate` per hour replaces its preemption model, times are in seconds."""
    run = run_on(workers, cluster, on_outcome)
    pool = _choose(base.scenario, pool_id)
    make = partial(_with_share, base, pool.id, rate)
    splits = [index / (steps - 1) for index in range(steps)]
    scenarios = [make(share) for share in splits]
    ratio = _price_ratio(scenarios[0])
    numbers = range(replications)
    columns = run_all(scenarios, numbers, run=run)
    hazard = _rate(scenarios[0])
    lengths, notes = by_length(make, hazard, ratio, numbers, run)
    return SpotReport(
        pool=pool.id,
        deadline=deadline,
        replications=replications,
        tasks=len(build(scenarios[0], 0)),
        paid_as=price_kind(scenarios[0], scenarios[0].pools[0], NodeKind.LOW_PRIORITY),
        price_ratio=ratio,
        rate_per_hour=hazard,
        shares=tuple(
            _share(split, one, made, columns[0], deadline)
            for split, one, made in zip(splits, scenarios, columns, strict=True)
        ),
        break_even=find_break_even(scenarios[0], scenarios[-1], ratio, numbers, run),
        lengths=lengths,
        savings=savings(scenarios[0], scenarios[-1], hazard, ratio, checkpoint_cost, numbers, run),
        notes=notes,
        assumptions=_rests_on(scenarios[0], columns, rate),
    )


def _with_share(base: Base, pool_id: str, rate: float | None, share: float, factor: float = 1.0) -> Scenario:
    """Return the pool alone with a share of spot nodes, and its work in tasks that last `factor` times as long."""
    jobs = [job.id for job in base.scenario.jobs if (job.pool_id or "").lower() == pool_id.lower()]
    scale = {} if factor == 1.0 else {f"jobs.{job}.workloadScale": 1 / factor for job in jobs}
    made = _alone(base.scenario_with({f"pools.{pool_id}.spotShare": share, **scale}), pool_id)
    if rate is not None:
        made = with_eviction_rate(made, rate, frozenset({pool_id}))
    if factor == 1.0:
        return made
    return with_groups(made, lambda group: group.model_copy(update={"duration": scaled(group.duration, factor)}))


def most_trials(steps: int, replications: int) -> int:
    """Return how many trials a report takes at most: shares, rates, lengths of tasks, and checkpoints."""
    return replications * (steps + (1 + len(RATES)) + 2 * len(LENGTHS) + MOST_SAVED)


def _rate(scenario: Scenario) -> float | None:
    """Return the constant eviction rate of the pool per hour; None where its model has none."""
    model = scenario.pools[0].simulation.preemption
    return model.rate if isinstance(model, Hazard) else None


def _choose(scenario: Scenario, pool_id: str | None) -> Pool:
    known = {pool.id.lower(): pool for pool in scenario.pools}
    if not known:
        raise InputError("spot: expected a pool under pools; those inside jobs have no share to choose")
    if pool_id is None and len(known) > 1:
        names = ", ".join(pool.id for pool in known.values())
        raise InputError(f"the scenario has {len(known)} pools ({names}): choose one with --pool")
    pool = next(iter(known.values())) if pool_id is None else known.get(pool_id.lower())
    if pool is None:
        names = ", ".join(one.id for one in known.values())
        raise InputError(f"--pool: the scenario has no pool '{pool_id}', but {names}")
    if not any((job.pool_id or "").lower() == pool.id.lower() for job in scenario.jobs):
        raise InputError(f"pool '{pool.id}' has no job: there is nothing to finish")
    if not pool.enable_auto_scale and not pool.target_dedicated_nodes + pool.target_low_priority_nodes:
        raise InputError(
            f"pool '{pool.id}' has no nodes to share out: give targetDedicatedNodes or targetLowPriorityNodes"
        )
    return pool


def _alone(scenario: Scenario, pool_id: str) -> Scenario:
    """Keep one pool with its jobs and operations; its draws stay as they were, for streams go by name."""
    mine = pool_id.lower()
    jobs = {job.id.lower() for job in scenario.jobs if (job.pool_id or "").lower() == mine}
    timeline: list[Operation] = []
    for index, operation in enumerate(scenario.timeline):
        if not _concerns(operation, mine, jobs):
            continue
        if isinstance(operation, Resize):
            if operation.target_dedicated_nodes or operation.target_low_priority_nodes:
                raise InputError(
                    f"timeline.{index} resizes pool '{pool_id}' to nodes of its own: a share needs fixed targets; "
                    "only a resize to 0 may follow"
                )
            # What is scaled to zero is the whole pool, whichever kind it has in this split.
            none = {"target_dedicated_nodes": 0, "target_low_priority_nodes": 0}
            timeline.append(operation.model_copy(update=none))
        else:
            timeline.append(operation)
    update = {
        "pools": tuple(pool for pool in scenario.pools if pool.id.lower() == mine),
        "jobs": tuple(job for job in scenario.jobs if (job.pool_id or "").lower() == mine),
        "timeline": tuple(timeline),
    }
    return scenario.model_copy(update=update)


def _concerns(operation: Operation, pool: str, jobs: set[str]) -> bool:
    """Return whether an operation is on the pool, on one of its jobs, or on all there is."""
    of_pool, of_job = getattr(operation, "pool", None), getattr(operation, "job", None)
    if of_pool is not None:
        return str(of_pool).lower() == pool
    return of_job is None or str(of_job).lower() in jobs


def _price_ratio(scenario: Scenario) -> float:
    pool = scenario.pools[0]
    if isinstance(pool.simulation.preemption, NoPreemption):
        raise InputError(
            f"pool '{pool.id}' never loses a low-priority node, as its preemption says: give another model, e.g. "
            "{model: hazard, ratePerHour: 0.1}, or --eviction-rate"
        )
    low, dedicated = (price_of(scenario, pool, kind).value for kind in (NodeKind.LOW_PRIORITY, NodeKind.DEDICATED))
    licenses = licenses_of(scenario, pool).value or 0.0
    if low is None or not dedicated:
        raise InputError(f"no price is known for {pool.vm_size}: give one under sizes or in the pool's simulation")
    return (low + licenses) / (dedicated + licenses)


def _rests_on(scenario: Scenario, made: Sequence[Columns], rate: float | None) -> tuple[str, ...]:
    """Return what acted in the runs of the splits, and what the price ratio rests on in any case."""
    found = [one for columns in made for one in columns.assumptions]
    if rate is not None:
        given = Assumed("preemption", f"{rate:g} an hour, as asked for in place of the pool's own model")
        found = instead(given, found)
    notes = (price_of(scenario, scenario.pools[0], kind).note for kind in reversed(NodeKind))
    return tuple(lines([*found, *(Assumed("price", note) for note in notes if note)]))


def _share(split: float, scenario: Scenario, made: Columns, dedicated: Columns, deadline: float | None) -> Share:
    pool = scenario.pools[0]
    return Share(
        spot_share=split,
        dedicated_nodes=pool.target_dedicated_nodes,
        low_priority_nodes=pool.target_low_priority_nodes,
        cost=_known(made, "cost"),
        cost_of_runs=made.spread("cost") or {},
        makespan=made.estimate("makespan"),
        makespan_of_runs=made.spread("makespan"),
        misses_deadline=None if deadline is None else made.misses(deadline),
        lost_node_hours=_known(made, "lost_node_hours"),
        preemptions=_known(made, "preemptions"),
        unfinished=_known(made, "unfinished"),
        saved=_saved(made, dedicated),
    )


def _saved(made: Columns, dedicated: Columns) -> Estimate:
    """Estimate what share of the all-dedicated cost is saved; none where that costs nothing."""
    found = change(dedicated["cost"], made["cost"])
    if found is None:
        return mean(np.zeros(made.count))
    return replace(found, value=-found.value, low=-found.high, high=-found.low)


def _known(made: Columns, measure: str) -> Estimate:
    found = made.estimate(measure)
    if found is None:
        raise InputError(f"no run has the measure '{measure}'")
    return found
