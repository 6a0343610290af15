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
# # 8 · Break my formula
#
# **The idea.** A formula that works on your workload has been tested on one workload. Let a machine look for the one on
# which it fails, and then for the smallest such, because a small failure explains itself.
#
# **The knob.** How the formula rounds.
#
# The formula is a careful one. It follows the right word, it spares running tasks, and it goes only half of the way
# to its goal at each evaluation, so that no burst makes it hasty.

# %%
# %matplotlib inline
import random
from pathlib import Path

from pandas import DataFrame

from simulator import simulate, summarize
from simulator.experiment import Base
from simulator.report.figures import pool_over_time

print(Path("08_break_my_formula.yaml").read_text())
base = Base.read("08_break_my_formula.yaml")
pool_over_time(simulate(base.scenario))

# %% [markdown]
# Forty tasks, smoothly up, smoothly down, and to zero. Convinced?
#
# ## What a good formula promises
#
# Let us ask for very little. Within six hours every task is done, and then the pool is empty.


# %%
def run(load: list[dict], rounding: str):
    """Run six hours: each burst of the load is (minute of arrival, number of tasks, minutes each)."""
    bursts = [
        {"count": n["tasks"], "duration": f"{n['minutes']}m", "arrivals": {"atOnce": {"at": f"{n['at']}m"}}}
        for n in load
    ]
    paths = {"pools.nodes.autoScaleFormula.next": rounding, "jobs.work.simulation.workload": bursts}
    return simulate(base.scenario_with(paths))


def broken(load: list[dict], rounding: str) -> str:
    """Return which promise a load breaks, or nothing."""
    found = run(load, rounding)
    left = summarize(found)["tasks"]["unfinished"]
    nodes = found.evaluations["target_dedicated"].iloc[-1]
    return f"{left} tasks never done" if left else f"target {nodes} for ever" if nodes else ""


# %% [markdown]
# ## The search
#
# Random short loads, one after the other, until one breaks a promise. Then make it smaller for as long as it still
# breaks it: leave out a burst, or halve one of its numbers.


# %%
def random_load(stream: random.Random) -> list[dict]:
    """Make up one to three bursts within an hour."""
    return [
        {"at": stream.randint(0, 60), "tasks": stream.randint(1, 12), "minutes": stream.randint(1, 30)}
        for _ in range(stream.randint(1, 3))
    ]


def simpler(load: list[dict]):
    """Return every load that is one step simpler."""
    for i, burst in enumerate(load):
        if len(load) > 1:
            yield load[:i] + load[i + 1 :]
        for name, value in burst.items():
            if value > (name != "at"):
                yield [*load[:i], {**burst, name: value // 2}, *load[i + 1 :]]


def smallest(load: list[dict], rounding: str) -> list[dict]:
    """Go down to a load of which nothing can be left out."""
    better = next((found for found in simpler(load) if broken(found, rounding)), None)
    return load if better is None else smallest(better, rounding)


def search(rounding: str, tries: int = 40) -> list[dict] | None:
    """Return the smallest bad load that was found, or None."""
    stream = random.Random(7)
    bad = next((load for load in (random_load(stream) for _ in range(tries)) if broken(load, rounding)), None)
    return None if bad is None else smallest(bad, rounding)


# %% [markdown]
# ## Predict
#
# The promise is small, the formula careful. **What breaks it? A large burst? Several in a row? A long task?** And
# which promise is broken?

# %%
found = search("$half")
print("smallest bad load:", found)
print("broken promise:  ", broken(found, "$half"))
assert found == [{"at": 0, "tasks": 1, "minutes": 1}]
assert broken(found, "$half") == "1 tasks never done"

# %% [markdown]
# One task of one minute. Half of the way from 0 to 1 is one half, and a target is cut to whole nodes: 0. At the next
# evaluation half of the way from 0 to 1 is one half again. The task waits for ever, and no burst of forty ever showed
# it.

# %%
pool_over_time(run(found, "$half"))

# %% [markdown]
# ## A repair, and its own smallest failure
#
# Round up, then. Every task gets its node. Ask the machine again.

# %%
up = search("ceil($half)")
print("smallest bad load:", up)
print("broken promise:  ", broken(up, "ceil($half)"))
assert up == [{"at": 0, "tasks": 1, "minutes": 1}]
assert broken(up, "ceil($half)") == "target 1 for ever"

# %% [markdown]
# The same load, the other promise. Half of the way from 1 to 0, rounded up, is 1: the tail of lesson 5.
#
# ## Exercise
#
# **Write the expression for `$next` that survives the search.** It may use `$half`, `$goal`, `$TargetDedicatedNodes`,
# `floor`, `ceil` and `? :`, and it must still be careful: from 0 to a goal of 20 not more than half of the way at once.


# %%
def check(rounding: str) -> None:
    """Accept an expression for which the search finds nothing, and that stays careful."""
    first = run([{"at": 0, "tasks": 20, "minutes": 20}], rounding).evaluations["target_dedicated"]
    assert first[first > 0].iloc[0] <= 10, "hasty: more than half of the way in one step"
    bad = search(rounding)
    assert bad is None, f"{bad}: {broken(bad, rounding)}"
    print("Right: forty random loads, and none breaks a promise")


my_answer = None
if my_answer is not None:
    check(my_answer)

# %% [markdown]
# ## In numbers

# %%
table = {
    "cut to whole nodes": (len(found), 1, broken(found, "$half")),
    "rounded up": (len(up), 1, broken(up, "ceil($half)")),
}
DataFrame.from_dict(table, orient="index", columns=["bursts of the smallest bad load", "tasks in it", "broken promise"])

# %% [markdown]
# *This was the course. Two more notebooks are for planners: 9, dedicated or low-priority for your own workload, and
# 10, a capacity study.*
#
# ## Solution
#
# Up on the way up, down on the way down.

# %%
check("$goal > $TargetDedicatedNodes ? ceil($half) : floor($half)")
