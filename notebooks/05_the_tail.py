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
# # 5 · The tail: paying for idle nodes
#
# **The idea.** The work ends; the bill does not. What a pool costs after its last task is decided by the part of the
# formula that nobody tests, because by then everybody has gone home.
#
# **The knob.** What the formula asks for when nothing is left to do.

# %%
# %matplotlib inline
from itertools import pairwise
from pathlib import Path

from pandas import DataFrame

from simulator import simulate, summarize
from simulator.experiment import Base
from simulator.report.figures import ledger_bars, pool_over_time

print(Path("05_the_tail.yaml").read_text())
base = Base.read("05_the_tail.yaml")
QUIET = "pools.nodes.autoScaleFormula.quiet"


def run_with(quiet: str):
    """Run twelve hours with this target for quiet times."""
    return simulate(base.scenario_with({QUIET: quiet}))


# %% [markdown]
# ## Predict
#
# Halving sounds prudent: a new task may come, so do not let everything go at once. Twenty nodes, ten, five, three …
# Evaluations come every quarter of an hour, the last task ends after two hours.
#
# **When is the last node gone?**

# %%
ladder = run_with("ceil($TargetDedicatedNodes / 2)")
pool_over_time(ladder)

# %% [markdown]
# Never. Half of one, rounded up, is one. The ladder has no last step, and the node is still there when the twelve
# hours are over, and the next day, and at the end of the month.

# %%
at_once = run_with("0")
answers = {"ladder": summarize(ladder), "at once": summarize(at_once)}
for name, answer in answers.items():
    cost = answer["cost"]
    tail = cost["by_label"]["idle_tail"]
    print(f"{name}: done after {answer['makespan_s'] / 3600:.1f} h, ${cost['total']:.2f}, of that tail ${tail:.2f}")
print("last target of the ladder:", ladder.evaluations["target_dedicated"].iloc[-1])

# %%
ledger_bars(ladder)

# %% [markdown]
# The work was done at the same minute either way. The difference is paid for nothing, and it grows
# with every hour that nobody looks.

# %%
assert ladder.evaluations["target_dedicated"].iloc[-1] == 1, "never reaches 0"
assert at_once.evaluations["target_dedicated"].iloc[-1] == 0
assert answers["ladder"]["makespan_s"] == answers["at once"]["makespan_s"]
tails = [answer["cost"]["by_label"]["idle_tail"] for answer in answers.values()]
assert tails[0] > 3 * tails[1]
month = 30 * 24 * 0.096
print(f"a single forgotten node of this size costs ${month:.0f} a month")
assert round(month) == 69

# %% [markdown]
# ## Exercise
#
# Keep the prudence and lose the bill: **write an expression for quiet times that gives up about half of the nodes at
# each evaluation, as before, and gets to 0.** The language has `floor`, `ceil`, `round`, `min`, `max` and `? :`.


# %%
def check(quiet: str) -> None:
    """Accept an expression that goes down in steps of about a half and ends at 0."""
    targets = run_with(quiet).evaluations["target_dedicated"].tolist()
    assert targets[-1] == 0, f"the target ends at {targets[-1]}"
    down = targets[targets.index(max(targets)) :]
    steps = [after for before, after in pairwise(down) if after != before]
    assert len(steps) >= 4, f"too steep: {steps}"
    print(f"Right: {max(targets)} nodes, then {', '.join(map(str, steps))}")


my_answer = None
if my_answer is not None:
    check(my_answer)

# %% [markdown]
# ## In numbers

# %%
table = {
    "half, rounded up": (answers["ladder"]["cost"]["total"], tails[0]),
    "nothing": (answers["at once"]["cost"]["total"], tails[1]),
    "one node, forgotten for a month": (month, month),
}
columns = ["cost ($)", "of that tail ($)"]
DataFrame.from_dict(table, orient="index", columns=columns).round(2)

# %% [markdown]
# *Next: formulas that never come to rest.*
#
# ## Solution

# %%
check("floor($TargetDedicatedNodes / 2)")
