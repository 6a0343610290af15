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
# # 1 · One node, one queue, and Little's law
#
# **The idea.** A node that is busy half of the time has a short queue. A node that is busy nine tenths of the time has
# a long one. Not twice as long: many times as long. Whoever plans for full nodes plans for endless queues.
#
# **The knob.** How many tasks arrive in an hour.
#
# The scenario is the smallest there is: one node, one task at a time, tasks of five minutes on average that come by
# chance. The node can do twelve tasks an hour.

# %%
# %matplotlib inline
from pathlib import Path

from pandas import DataFrame

from simulator import Simulation, simulate, summarize
from simulator.experiment import Base, replicate
from simulator.report.figures import Overlay, theory_overlay

print(Path("01_one_queue.yaml").read_text())
base = Base.read("01_one_queue.yaml")

# %% [markdown]
# ## Count, like a person who walks past
#
# Every ten minutes we look at the node and count the tasks that are there, waiting or running. `Simulation` runs as far
# as we say, and `snapshot` shows what is there without changing it.

# %%
run = Simulation(base.scenario)
counts = []
for look in range(1, 60 * 24 * 6):
    run.advance(until=look * 600)
    desk = run.snapshot().pools["desk"]
    counts.append(desk.active_tasks + desk.running_tasks)
seen = sum(counts) / len(counts)
print(f"{len(counts)} looks, on average {seen:.2f} tasks are there, at most {max(counts)}")

# %% [markdown]
# ## Little's law
#
# Now ask the tasks instead. Each knows how long it stayed. Little's law (J. D. C. Little, 1961) says that the two
# belong together, whatever the arrivals, the durations or the order of service:
#
# > tasks that are there = arrivals per hour × hours that a task stays
#
# The person who walked past never looked at a single task, and yet:

# %%
answer = summarize(simulate(base.scenario))
stay_hours = answer["turnaround_s"]["mean"] / 3600
arrivals_per_hour = answer["tasks"]["submitted"] / (60 * 24)
product = arrivals_per_hour * stay_hours
print(f"{arrivals_per_hour:.2f} tasks an hour × {60 * stay_hours:.1f} minutes = {product:.2f} tasks")
assert abs(product / seen - 1) < 0.02

# %% [markdown]
# ## Predict
#
# With 6 tasks an hour the node is busy half of the time, and a task waits 5 minutes on average before it starts.
# With 11 tasks an hour the node is busy eleven twelfths of the time. That is less than twice as much work.
#
# **Write down your guess before you go on:** how long does a task wait at 11 tasks an hour? 10 minutes? 20? More?

# %%
RATE = "jobs.visitors.simulation.workload.0.arrivals.poisson.ratePerHour"
RATES = (3, 6, 8, 9, 10, 11)
runs = {rate: replicate(base.scenario_with({RATE: rate}), 5, workers=1) for rate in RATES}
waits = {rate: found.estimate("queue_mean") for rate, found in runs.items()}
for rate, wait in waits.items():
    print(
        f"{rate:2} tasks an hour: busy {rate / 12:3.0%}, wait {wait.value / 60:4.1f} min ± {wait.half_width / 60:.1f}"
    )

# %% [markdown]
# Less than twice the work, and more than ten times the wait. Theory knew: for arrivals by chance and exponential
# durations the mean wait is *service time × busy / (1 − busy)* (the queue that textbooks call M/M/1), and what stands
# under the fraction goes to nothing. The simulated points lie on that curve.


# %%
def theory(rate: float) -> float:
    """Mean wait in seconds: five minutes of service, twelve tasks an hour at most."""
    return 300 * (rate / 12) / (1 - rate / 12)


grid = [rate / 10 for rate in range(1, 115)]
theory_overlay(
    Overlay(
        law="M/M/1", along="tasks that arrive (per hour)", measure="mean wait", unit="s",
        curve=(grid, [theory(rate) for rate in grid]),
        at=RATES, simulated=tuple(waits.values()), expected=tuple(theory(rate) for rate in RATES),
    )
)  # fmt: skip

# %%
assert waits[11].value > 10 * waits[6].value, "more than ten times the wait"
assert all(wait.low <= theory(rate) <= wait.high for rate, wait in waits.items()), "theory lies in every interval"

# %% [markdown]
# ## Exercise
#
# The desk may hold four tasks on average, waiting and running together. **Which is the highest whole number of tasks an
# hour that it can take?** Use Little's law and the formula for the wait, or try rates. Put your answer in and run the
# cell: the simulation decides.


# %%
def tasks_there(rate: int) -> float:
    """Little's law: arrivals per hour × hours that a task stays (its wait and five minutes)."""
    return rate * (replicate(base.scenario_with({RATE: rate}), 5, workers=1).estimate("queue_mean").value + 300) / 3600


def check(rate: int) -> None:
    """Accept the highest rate with at most four tasks on average."""
    assert tasks_there(rate) <= 4, f"{rate} an hour is too much: {tasks_there(rate):.1f} tasks on average"
    assert tasks_there(rate + 1) > 4, f"{rate} an hour works, but one more would too"
    now, then = tasks_there(rate), tasks_there(rate + 1)
    print(f"Right: at {rate} an hour {now:.1f} tasks are there, at {rate + 1} it would be {then:.1f}")


my_answer = None
if my_answer is not None:
    check(my_answer)

# %% [markdown]
# ## In numbers

# %%
theirs = {rate: (f"{rate / 12:.0%}", round(waits[rate].value / 60, 1), round(theory(rate) / 60, 1)) for rate in RATES}
DataFrame.from_dict(theirs, orient="index", columns=["busy", "wait (min)", "in theory (min)"]).rename_axis(
    "tasks an hour"
)

# %% [markdown]
# *Next: what a formula can see of all this.*
#
# ## Solution

# %%
check(9)
