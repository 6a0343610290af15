"""Queueing formulas, from their textbooks; rates and times in units that fit each other."""


def erlang_b(load: float, servers: int) -> float:
    """Return the loss probability of M/G/c/c at offered load `load` (Erlang's recursion)."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """Return the probability that an arrival of M/M/c waits."""
    rho = load / servers
    blocked = erlang_b(load, servers)
    return blocked / (1 - rho * (1 - blocked))


def mmc_wait(arrival: float, service: float, servers: int) -> float:
    """Return the mean queue time of M/M/c."""
    return erlang_c(arrival / service, servers) / (servers * service - arrival)


def pollaczek_khinchine(arrival: float, mean: float, second_moment: float) -> float:
    """Return the mean queue time of M/G/1."""
    return arrival * second_moment / (2 * (1 - arrival * mean))


def cobham_waits(arrivals: list[float], service: float, servers: int) -> list[float]:
    """Return the mean queue time of each class of a non-preemptive priority M/M/c, first class first."""
    waits, before = [], 0.0
    whole = erlang_c(sum(arrivals) / service, servers) / (servers * service)
    for arrival in arrivals:
        after = before + arrival / (servers * service)
        waits.append(whole / ((1 - before) * (1 - after)))
        before = after
    return waits


def shared_stay(arrival: float, mean: float) -> float:
    """Return the mean time in M/G/1 under processor sharing; of the law of service only the mean matters."""
    return mean / (1 - arrival * mean)


def harmonic(count: int) -> float:
    """Return 1 + 1/2 + … + 1/n: the mean of the greatest of n exponential times of mean 1."""
    return sum(1 / k for k in range(1, count + 1))
