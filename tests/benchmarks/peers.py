"""Other simulators on what they can do of the reference work: slots without nodes, first come first served.

Each runs fewer tasks than the kernel, as many as it can do in some seconds; the rate is what counts. One that is not
installed is named and left out: `pip install ciw salabim`.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

Ints = npt.NDArray[np.int64]
Workload = Callable[[int, int, str], tuple[Ints, Ints]]
MOST = 20_000


def simpy_resource(submit: list[int], duration: list[int], servers: int) -> int:
    """Run a process for each task, and one resource."""
    env = simpy.Environment()
    slots = simpy.Resource(env, capacity=servers)
    done = 0

    def task(span: int) -> Iterator[simpy.Event]:
        nonlocal done
        with slots.request() as granted:
            yield granted
            yield env.timeout(span)
        done += 1

    def source() -> Iterator[simpy.Event]:
        for at, span in zip(submit, duration, strict=True):
            if at > env.now:
                yield env.timeout(at - env.now)
            env.process(task(span))  # type: ignore[arg-type]

    env.process(source())  # type: ignore[arg-type]
    env.run()
    return done


def ciw_network(submit: list[int], duration: list[int], servers: int) -> int:
    """Run a Ciw network of one node."""
    import ciw

    gaps = np.diff(submit, prepend=0).tolist()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")])],
        service_distributions=[ciw.dists.Sequential(duration)],
        number_of_servers=[servers],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(len(submit), method="Finish")
    return len(simulation.get_all_records(only=["service"]))


def salabim_resource(submit: list[int], duration: list[int], servers: int) -> int:
    """Run a salabim component for each task, and one resource."""
    import salabim

    salabim.yieldless(False)
    env = salabim.Environment(trace=False)
    slots = salabim.Resource("slots", capacity=servers)
    done = 0

    class Task(salabim.Component):  # type: ignore[misc]
        def process(self, span: int) -> Iterator[Any]:
            nonlocal done
            yield self.request(slots)
            yield self.hold(span)
            self.release()
            done += 1

    for at, span in zip(submit, duration, strict=True):
        Task(at=at, span=span)
    env.run()
    return done


PEERS = {"simpy.Resource": simpy_resource, "ciw": ciw_network, "salabim": salabim_resource}


def measure(tasks: int, servers: int, workload: Workload) -> dict[str, float | str]:
    """Return tasks per second of every peer, or why it did not run; Poisson arrivals, no backlog."""
    count = min(tasks, MOST)
    submit, duration = workload(count, servers, "poisson")
    found: dict[str, float | str] = {}
    for name, run in PEERS.items():
        began = time.process_time()
        try:
            done = run(submit.tolist(), duration.tolist(), servers)
        except ImportError as missing:
            found[name] = f"not installed ({missing.name})"
            continue
        assert done == count, (name, done)
        found[name] = count / (time.process_time() - began)
    return found
