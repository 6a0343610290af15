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
# # 2 · What a formula can see: samples, delay, percent
#
# **The idea.** A formula never sees the queue. It sees samples of it: one every 30 seconds, readable some seconds late,
# and for a new pool not there yet. Everything a formula knows is old.
#
# **The knob.** How long a window of samples the formula asks for.
#
# First the language alone, without a pool. Here is a moment at which six of the ten samples of the last five minutes
# can be read, and all of them say 40. The formula wants at least 70 percent of its samples.

# %%
# %matplotlib inline
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import matplotlib.pyplot as plt
from pandas import DataFrame

from simulator import simulate, summarize
from simulator.experiment import Base
from simulator.formula import Context, Formula, History, Timestamp
from simulator.report.looks.palette import CYCLE, SERIES

formula = Formula.parse("$TargetDedicatedNodes = avg($PendingTasks.GetSample(TimeInterval_Minute * 5, 70));")
nine = datetime(2026, 3, 2, 9, tzinfo=UTC)


def evaluate(samples: int):
    """Evaluate at nine o'clock with the newest few samples; the pool's target is 3 so far."""
    ticks = [Timestamp.of(nine - timedelta(seconds=30 * age)).ticks for age in range(samples)]
    history = History({"$PendingTasks": [(tick, 40.0) for tick in ticks]})
    return formula.evaluate(Context(now=Timestamp.of(nine), target_dedicated_nodes=3, samples=history))


# %% [markdown]
# **Predict.** Forty tasks wait. Six samples of ten are there. What will the target be: 40, 24 (six tenths of it), or 0?

# %%
for samples in (6, 7):
    found = evaluate(samples)
    reason = found.error.values[0].value if found.error else "no error"
    print(f"{samples} of 10 samples: target {found.target_dedicated_nodes}, {reason}")

# %% [markdown]
# None of the three. With too few samples the evaluation **fails**, and the pool stays as it was: at 3. The percent is
# a share of the samples that the window *should* hold. It is not a share of tasks, and it does not scale the result.
# One more sample, and the target jumps to 40.

# %%
assert evaluate(6).error.code == "InsufficientSampleData"
assert evaluate(6).target_dedicated_nodes == 3
assert evaluate(7).target_dedicated_nodes == 40

# %% [markdown]
# ## The same in a pool
#
# The scenario: quiet for 67 minutes, then 24 tasks at once. The formula takes the mean of its window for the number
# of nodes.

# %%
print(Path("02_what_a_formula_sees.yaml").read_text())
base = Base.read("02_what_a_formula_sees.yaml")
WINDOW = "pools.watched.autoScaleFormula.window"
WINDOWS = (5, 15, 60)
runs = {minutes: simulate(base.scenario_with({WINDOW: f"TimeInterval_Minute * {minutes}"})) for minutes in WINDOWS}

# %% [markdown]
# With `recordTraces` every evaluation keeps what it asked for and what it got. The first ones of the window of
# 15 minutes, which should hold 30 samples:

# %%
for _, row in runs[15].evaluations.head(5).iterrows():
    (asked,) = json.loads(row["trace"])[1]["windows"]
    print(f"minute {row['time'] / 60:2.0f}: {asked['available']:2} of {asked['expected']} samples", end=", ")
    print(f"{asked['percent']:3.0f} %: {row['action']}")

# %% [markdown]
# ## Predict
#
# After 67 minutes 24 tasks arrive. **With which window does the pool ask for 12 nodes, half of what is needed, first,
# and how much later are the others?** And when all work is done, which of them goes on paying?

# %%
figure, axes = plt.subplots(figsize=(9, 4.2), layout="constrained")
truth = runs[60].pool_timeline
tasks = truth["queued_tasks"] + truth["running_tasks"]
axes.fill_between(
    truth["time"] / 60,
    tasks,
    step="post",
    color=SERIES["queued_tasks"].light,
    alpha=0.3,
    label="tasks that are there (with 60 min)",
)
for look, (minutes, run) in zip(CYCLE, runs.items(), strict=False):
    seen = run.evaluations[run.evaluations["error"].isna()]
    axes.plot(
        seen["time"] / 60, seen["raw_dedicated"], ".-", color=look.light, label=f"what a window of {minutes} min shows"
    )
axes.set(
    xlabel="time (min)", ylabel="tasks", title="The longer the window, the later the news, and the longer the ghosts"
)
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)


# %%
def half_seen(minutes: int) -> float:
    """Minutes from the burst until the formula believes in half of it."""
    rows = runs[minutes].evaluations
    return rows["time"][rows["raw_dedicated"] >= 12].min() / 60 - 67


answers = {minutes: summarize(run) for minutes, run in runs.items()}
for minutes, answer in answers.items():
    wait = answer["queue_time_s"]["mean"] / 60
    print(f"{minutes:2} min: half seen after {half_seen(minutes):2.0f} min, mean wait {wait:4.1f} min", end=", ")
    print(f"cost ${answer['cost']['total']:.2f}")

# %% [markdown]
# The short window believes in half of the burst at its first look. The long one takes half an hour, because
# the quiet hour before is still in its mean, and it keeps nodes for tasks that have long been done. Its bill is the
# highest and its tasks wait longest. (What long windows are good for is lesson 6: they are calm.)

# %%
assert half_seen(5) <= 5, "at its first look"
assert 30 <= half_seen(60) < 45, "half an hour"
assert answers[5]["cost"]["total"] < answers[15]["cost"]["total"] < answers[60]["cost"]["total"]
assert answers[5]["queue_time_s"]["mean"] < answers[15]["queue_time_s"]["mean"] < answers[60]["queue_time_s"]["mean"]

# %% [markdown]
# ## Exercise
#
# A new pool is evaluated at minute 0, 5, 10, and so on. **With a window of 30 minutes and 70 percent, at which minute
# does its first evaluation succeed?** Count samples before you try.


# %%
def check(minute: int) -> None:
    """Accept the minute of the first evaluation without an error."""
    rows = simulate(base.scenario_with({WINDOW: "TimeInterval_Minute * 30"})).evaluations
    first = rows["time"][rows["error"].isna()].min() / 60
    assert minute == first, f"not at {minute}: 70 % of 60 samples are 42, and one comes every 30 seconds"
    print(f"Right: at minute {first:.0f}")


my_answer = None
if my_answer is not None:
    check(my_answer)

# %% [markdown]
# ## In numbers


# %%
def first_success(minutes: int) -> float:
    """Minute of the first evaluation that had enough samples."""
    rows = runs[minutes].evaluations
    return rows["time"][rows["error"].isna()].min() / 60


assert [first_success(minutes) for minutes in WINDOWS] == [5, 15, 45]
DataFrame(
    {
        "window (min)": WINDOWS,
        "samples it should hold": [2 * minutes for minutes in WINDOWS],
        "first success (min)": [first_success(minutes) for minutes in WINDOWS],
        "half of the burst seen after (min)": [half_seen(minutes) for minutes in WINDOWS],
        "mean wait (min)": [round(answer["queue_time_s"]["mean"] / 60, 1) for answer in answers.values()],
        "cost ($)": [round(answer["cost"]["total"], 2) for answer in answers.values()],
    }
)

# %% [markdown]
# *Next: which word to ask the samples for.*
#
# ## Solution

# %%
check(25)
