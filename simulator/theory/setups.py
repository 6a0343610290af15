"""Servers that must be set up before they serve: nodes that boot."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def parallel(arrival: float, service: float, servers: int, setup: float) -> tuple[float, float]:
    """Return mean stay and mean number of servers in setup, of M/M/k that sets up one server a waiting task.

    No simple form is known; this solves the Markov chain of (busy servers, tasks) at its balance, with the queue
    cut where it is never met.
    """
    room = _room(arrival / (servers * service))
    states = [(busy, tasks) for busy in range(servers + 1) for tasks in range(busy, room + 1)]
    row = {state: index for index, state in enumerate(states)}
    rates = np.zeros((len(states), len(states)))
    for (busy, tasks), here in row.items():
        moves = [((busy, tasks + 1), arrival), ((busy + 1, tasks), setup * _in_setup(busy, tasks, servers))]
        if busy:
            # The server that becomes free takes the next task; without one it is switched off.
            moves.append(((busy if tasks > busy else busy - 1, tasks - 1), service * busy))
        for target, rate in moves:
            if rate and target in row:
                rates[here, row[target]] += rate
                rates[here, here] -= rate
    share = _balance(rates)
    tasks_mean = sum(share[index] * tasks for (_, tasks), index in row.items())
    setups = sum(share[index] * _in_setup(busy, tasks, servers) for (busy, tasks), index in row.items())
    return float(tasks_mean / arrival), float(setups)


def _in_setup(busy: int, tasks: int, servers: int) -> int:
    return min(servers - busy, tasks - busy)


def _room(load: float) -> int:
    """Return a queue length that is exceeded less than once in 10¹⁰."""
    return 40 + math.ceil(math.log(1e-10) / math.log(load))


def _balance(rates: Floats) -> Floats:
    system = rates.T.copy()
    system[-1, :] = 1.0
    right = np.zeros(len(rates))
    right[-1] = 1.0
    return np.asarray(np.linalg.solve(system, right))
