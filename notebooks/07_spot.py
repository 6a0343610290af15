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
# # 7 · Spot: when cheap is dear
#
# **The idea.** A low-priority (spot) node costs a fifth of a dedicated one, and the region may take it back at any
# time. The task on it starts again from nothing. A short task hardly notices. A long task may never get to its end.
#
# **The knob.** How often a node is taken back.

# %%
# %matplotlib inline
from math import exp
from pathlib import Path

from pandas import DataFrame

from simulator import simulate
from simulator.experiment import Base, Estimate, replicate
from simulator.report.figures import BreakEven, SpotCurve, node_gantt, spot_break_even

print(Path("07_spot.yaml").read_text())
base = Base.read("07_spot.yaml")
LENGTH = "jobs.work.simulation.workload.0.duration"
RATE = "pools.nodes.simulation.preemption.ratePerHour"
SPOT = "pools.nodes.autoScaleFormula.$spot"


def ratio(hours: int, rate: float) -> Estimate:
    """Cost of low-priority nodes as a share of that of dedicated ones, with its interval over three replications."""
    dear = replicate(base.scenario_with({LENGTH: f"{hours}h", SPOT: 0}), 1, workers=1).estimate("cost").value
    found = replicate(base.scenario_with({LENGTH: f"{hours}h", RATE: rate}), 3, workers=1).estimate("cost")
    return Estimate(found.value / dear, found.low / dear, found.high / dear, found.count)


# %% [markdown]
# ## Predict
#
# At 0.5 evictions an hour a node lives two hours on average. A task of one hour then costs a quarter of its
# dedicated price: a fifth, and some work done twice.
#
# **What does a task of four hours cost?** Four times the risk, so four times the extra? And is it still cheaper?

# %%
RATES = (0.1, 0.3, 0.5, 0.7, 0.8)
ratios = {hours: tuple(ratio(hours, rate) for rate in RATES) for hours in (1, 2, 4)}
curves = [SpotCurve(f"tasks of {hours} h", RATES, found) for hours, found in ratios.items()]
spot_break_even(BreakEven(tuple(curves)))

# %% [markdown]
# The curves do not climb, they bend upwards. At half an eviction an hour the task of an hour costs a good quarter of
# the dedicated price and the task of four hours about six tenths. A little further to the right the four-hour task
# costs more than on a dedicated node, at a fifth of the price.
#
# The law behind it: a task of length *t* under evictions at rate *r* uses *(eʳᵗ − 1) / r* of node time. What counts is
# only the product of the two, **evictions during one task**, and it stands in an exponent.


# %%
def theory(hours: int, rate: float) -> float:
    """Share of the dedicated price: a fifth, times the node time used, over the task's length."""
    return 0.2 * (exp(rate * hours) - 1) / (rate * hours)


table = {
    f"{hours} h": [f"{found.value:.2f} ({theory(hours, rate):.2f})" for rate, found in zip(RATES, row, strict=True)]
    for hours, row in ratios.items()
}
print("cost against dedicated nodes: simulated (theory)")
DataFrame.from_dict(table, orient="index", columns=[f"{rate}/h" for rate in RATES])

# %%
half = {hours: row[RATES.index(0.5)].value for hours, row in ratios.items()}
assert 0.2 < half[1] < 0.3, "a good quarter"
assert 0.5 < half[4] < 0.7, "about six tenths"
assert (half[4] - 0.2) > 5 * (half[1] - 0.2), "more than four times the extra"
assert 0.5 < curves[2].crossing() < 0.8, "a little further to the right"
assert curves[0].crossing() is None
assert curves[1].crossing() is None
for hours, row in ratios.items():
    for rate, found in zip(RATES, row, strict=True):
        assert abs(found.value / theory(hours, rate) - 1) < 0.15

# %% [markdown]
# This is what it looks like on the nodes: tasks of four hours at 0.7 evictions an hour. Everything purple was paid
# for and thrown away.

# %%
run = simulate(base.scenario_with({LENGTH: "4h", RATE: 0.7, "jobs.work.simulation.workload.0.count": 20}))
node_gantt(run)

# %% [markdown]
# ## Exercise
#
# The region takes back half of the nodes every hour: 0.5 evictions an hour. **What is the longest task, in whole
# hours, for which low-priority nodes are still the cheaper choice?** The law is enough: find where *0.2 (eˣ − 1) / x*
# passes 1.


# %%
def check(hours: int) -> None:
    """Accept the longest task for which the simulated low-priority nodes are cheaper."""
    mine, longer = ratio(hours, 0.5), ratio(hours + 1, 0.5)
    assert mine.value < 1, f"tasks of {hours} h cost {mine.value:.2f} of the dedicated price"
    assert longer.value > 1, f"tasks of {hours + 1} h would be cheaper too: {longer.value:.2f}"
    print(f"Right: {hours} h cost {mine.value:.2f} of the dedicated price, {hours + 1} h {longer.value:.2f}")


my_answer = None
if my_answer is not None:
    check(my_answer)

# %% [markdown]
# ## In numbers
#
# One number to remember: at a fifth of the price low-priority nodes pay up to **2.7 evictions per task**.

# %%
break_even = next(x / 1000 for x in range(1, 10_000) if 0.2 * (exp(x / 1000) - 1) / (x / 1000) >= 1)
print(f"{break_even:.2f} evictions per task")
assert round(break_even, 1) == 2.7

# %% [markdown]
# *Next: you are the adversary.*
#
# ## Solution
#
# 2.7 evictions per task at 0.5 an hour are 5.3 hours.

# %%
check(5)
