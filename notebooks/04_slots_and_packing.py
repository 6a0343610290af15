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
# # 4 · Slots and packing
#
# **The idea.** Room is not the same as room in one piece. A pool can have thirty slots free and no place for a task
# that needs four.
#
# **The knob.** Where a task goes when several nodes have room: to the emptiest node (*spread*) or to the fullest
# (*pack*).

# %%
# %matplotlib inline
from pathlib import Path

from pandas import DataFrame

from simulator import simulate, summarize
from simulator.experiment import Base
from simulator.report.figures import slot_grid

print(Path("04_slots_and_packing.yaml").read_text())
base = Base.read("04_slots_and_packing.yaml")
FILL = "pools.nodes.taskSchedulingPolicy.nodeFillType"
NODES = "pools.nodes.targetDedicatedNodes"
ARRIVAL = 600  # seconds: when the big tasks come


def started_at_once(run) -> int:
    """Count the big tasks that did not wait."""
    return int((run.tasks["first_start"][run.tasks["job"] == "big"] == ARRIVAL).sum())


# %% [markdown]
# ## Predict
#
# Ten small tasks run on ten nodes of four slots: 30 of 40 slots are free. Now ten big tasks come, and each needs the
# four slots of a whole node. **How many start at once** if the small ones were spread? And if they were packed?

# %%
spread, pack = (simulate(base.scenario_with({FILL: how})) for how in ("spread", "pack"))
for name, run in (("spread", spread), ("pack", pack)):
    print(f"{name}: {started_at_once(run)} of 10 big tasks start at once")

# %%
slot_grid(spread, at=ARRIVAL)

# %% [markdown]
# Spread, each small task sits on a node of its own, like guests who each take a table for four. Thirty slots are free
# and not one big task finds a place before the first small one leaves.

# %%
slot_grid(pack, at=ARRIVAL)

# %% [markdown]
# Packed, the same ten small tasks fill two nodes and half of a third, and seven big ones start at once. *Spread* has
# its virtue too: tasks that share a node share its memory, its disk and its network, and a lost node takes fewer
# tasks with it. But it pays for that in whole nodes.

# %%
numbers = {name: summarize(run) for name, run in (("spread", spread), ("pack", pack))}
for name, answer in numbers.items():
    print(f"{name}: done after {answer['makespan_s'] / 3600:.2f} h, ${answer['cost']['total']:.2f}")
assert started_at_once(spread) == 0
assert started_at_once(pack) == 7
assert numbers["pack"]["makespan_s"] < numbers["spread"]["makespan_s"]
assert numbers["pack"]["cost"]["total"] < numbers["spread"]["cost"]["total"]

# %% [markdown]
# ## Exercise
#
# Suppose the tasks must stay spread. **How many nodes does the pool need so that seven big tasks start at once, as they
# do on ten packed nodes?** Find the smallest number.


# %%
def seven_start(nodes: int) -> bool:
    """Whether seven big tasks start at once on so many nodes, spread."""
    return started_at_once(simulate(base.scenario_with({NODES: nodes}))) >= 7


def check(nodes: int) -> None:
    """Accept the smallest number of nodes."""
    assert seven_start(nodes), f"{nodes} nodes are too few"
    assert not seven_start(nodes - 1), f"{nodes} nodes do it, but one less does too"
    print(f"Right: {nodes} nodes spread do what 10 packed do")


my_answer = None
if my_answer is not None:
    check(my_answer)

# %% [markdown]
# ## In numbers

# %%
starts = {"spread": started_at_once(spread), "pack": started_at_once(pack)}
table = {
    name: (starts[name], round(answer["makespan_s"] / 3600, 2), round(answer["cost"]["total"], 2))
    for name, answer in numbers.items()
}
DataFrame.from_dict(table, orient="index", columns=["big tasks that start at once", "all done after (h)", "cost ($)"])

# %% [markdown]
# *Next: what happens after the last task.*
#
# ## Solution
#
# Ten nodes for the ten small tasks, and seven more.

# %%
check(17)
