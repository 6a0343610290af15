"""How fast formulas are: `python -m tests.benchmarks.formula`. Figures are for people; nothing is asserted."""

import time
from collections.abc import Callable

from simulator.formula import Context, Formula, History, parse_time
from simulator.formula.values import TICKS_PER_SECOND

NOW = parse_time("2026-03-02T09:00:00Z")
METRICS = ("$PendingTasks", "$RunningTasks", "$ActiveTasks", "$CPUPercent")


def context() -> Context:
    """Return a context with an hour of samples of four metrics."""
    samples = {
        metric: [(NOW.ticks - k * 30 * TICKS_PER_SECOND, float(k % 7)) for k in range(130)] for metric in METRICS
    }
    return Context(NOW, 2, 0, {"$CurrentDedicatedNodes": 2.0, "$TaskSlotsPerNode": 4.0}, History(samples))


def long_formula(statements: int) -> str:
    """Return a formula of so many statements over windows of an hour."""
    lines = []
    for number in range(statements - 1):
        metric = METRICS[number % 4]
        match number % 5:
            case 0:
                lines.append(f"a{number} = avg({metric}.GetSample(60 * TimeInterval_Minute, 10));")
            case 1:
                lines.append(f"p{number} = {metric}.GetSamplePercent(60 * TimeInterval_Minute) < 70 ? 1 : 2;")
            case 2:
                lines.append(f"b{number} = max(0, min(20, a{number - 2} * 1.5 + 1)) > 3 && 2 > 1 ? 4 : 5;")
            case 3:
                lines.append(f"m{number} = max({metric}.GetSample(60 * TimeInterval_Minute, 10));")
            case _:
                lines.append(f"t{number} = time().hour >= 8 && time().weekday < 6 ? m{number - 1} : 0;")
    return "\n".join([*lines, "$TargetDedicatedNodes = min(20, ceil(a0 / $TaskSlotsPerNode));"])


def best(work: Callable[[], object], repeats: int = 200) -> float:
    """Return the least time of several runs, in seconds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Measure and print."""
    seen = context()
    formula = Formula.parse(long_formula(35))
    assert formula.evaluate(seen).error is None
    hundred = long_formula(100)
    print(f"evaluate 35 statements over 60-minute windows: {1e6 * best(lambda: formula.evaluate(seen)):.0f} us")
    print(f"parse 100 statements ({len(hundred)} characters): {1e3 * best(lambda: Formula.parse(hundred), 50):.2f} ms")


if __name__ == "__main__":
    main()
