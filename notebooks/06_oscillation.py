# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 6 · Your first oscillation, and how to calm it
#
# **The idea.** A decision now becomes a node some minutes later. Whoever decides again before the first decision has
# arrived, decides twice for the same queue. That is how every thermostat with a slow heater behaves: too much, too
# late, then too little.
#
# **The knob.** How many nodes the formula adds or takes at a time.

# %%
# %matplotlib inline
from pathlib import Path

from pandas import DataFrame

from simulator import simulate, summarize
from simulator.experiment import Base
from simulator.report.figures import pool_over_time

print(Path("06_oscillation.yaml").read_text())
base = Base.read("06_oscillation.yaml")
FORMULA = "pools.nodes.autoScaleFormula."


def run_with(**settings: object):
    """Run twelve hours with other values of the formula's variables."""
    return simulate(base.scenario_with({FORMULA + name: value for name, value in settings.items()}))


def swing(run) -> str:
    """Lowest and highest target after the first two hours."""
    targets = run.evaluations["target_dedicated"][run.evaluations["time"] > 7200]
    return f"{targets.min()} to {targets.max()}"


# %% [markdown]
# ## Predict
#
# Eighty tasks an hour of about seven minutes: nine or ten nodes are busy on average, hour after hour. Nothing changes.
# The formula adds ten nodes when a task waits and takes ten away when none does.
#
# **Between which numbers will the target move, once the start is over?** 5 and 15? 0 and 20?

# %%
wild = run_with(up=10, down=10)
print("target from", swing(wild))
pool_over_time(wild)

# %% [markdown]
# From nothing to five times what is needed, and back. Follow one wave: tasks wait, so ten nodes are ordered. Five
# minutes later they have not arrived and tasks still wait, so ten more are ordered, and ten more. Then all of them
# come at once, nothing waits, and they are sent away again, just in time for the next queue. All of this on a
# perfectly steady stream.
#
# ## Turn the knob
#
# A smaller step calms it. It also makes it slow.


# %%
def numbers(run) -> tuple[float, float, float]:
    """Mean wait and wait of the slowest twentieth, in minutes; cost in dollars."""
    answer = summarize(run)
    return answer["queue_time_s"]["mean"] / 60, answer["queue_time_s"]["p95"] / 60, answer["cost"]["total"]


tried = {f"step {step}": run_with(up=step, down=step) for step in (10, 4, 1)}
for name, run in tried.items():
    mean, late, price = numbers(run)
    print(f"{name:7}: target from {swing(run):8} wait {mean:.1f} min, p95 {late:4.1f} min, ${price:.2f}")


# %% [markdown]
# The step of 10 waits longest on average *and* costs most. The step of 1 is calm and cheap, but a queue has to wait
# for it: its slowest tasks wait even longer than those of the step of 10. The best step lies between, and it would be
# another one for another load.
#
# ## The cure is not a step
#
# The thermostat knows only *too little* or *too much*. The queue says *how much*. A formula that asks for one node
# for each pending task has no step at all, and it does not order twice, because a task that waits is counted once,
# however often one looks.

# %%
calm = run_with(wanted="max(0, $PendingTasks.GetSample(1))")
mean, late, price = numbers(calm)
print(f"pending: target from {swing(calm)}, wait {mean:.1f} min, p95 {late:.1f} min, ${price:.2f}")
pool_over_time(calm)

# %%
wait, p95, cost = zip(*(numbers(run) for run in (*tried.values(), calm)), strict=True)
assert swing(wild) == "0 to 50", "from nothing to five times what is needed"
assert max(wait) == wait[0]
assert max(cost) == cost[0]
assert p95[2] > p95[0], "the slowest tasks of step 1 wait longer than those of step 10"
assert wait[1] < min(wait[0], wait[2]), "the best step lies between"
assert min(wait) == wait[3]
assert min(p95) == p95[3]
assert min(cost) == cost[3]

# %% [markdown]
# ## Exercise
#
# Back to the thermostat, with two knobs: **choose `up` and `down` so that tasks wait less than a minute and a half on
# average and the twelve hours cost less than $16.** Think of how a careful person drives: which of the two errors is
# cheaper?


# %%
def check(up: int, down: int) -> None:
    """Accept steps with a short wait and a small bill."""
    wait, _, cost = numbers(run_with(up=up, down=down))
    assert wait < 1.5, f"tasks wait {wait:.1f} min"
    assert cost < 16, f"it costs ${cost:.2f}"
    print(f"Right: up {up}, down {down}: wait {wait:.1f} min, ${cost:.2f}")


my_up, my_down = None, None
if my_up is not None:
    check(my_up, my_down)

# %% [markdown]
# ## In numbers

# %%
table = {name: (swing(run), *numbers(run)) for name, run in {**tried, "pending tasks": calm}.items()}
columns = ["target moves from", "mean wait (min)", "p95 (min)", "cost ($)"]
DataFrame.from_dict(table, orient="index", columns=columns).round(2)

# %% [markdown]
# *Next: nodes that somebody else may take back.*
#
# ## Solution
#
# Up fast, down slowly: a node too many for some minutes costs cents, a node too few costs everybody's time.

# %%
check(up=4, down=1)
