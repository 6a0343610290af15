"""A record as the command line of the service lists it at the run's end: tasks, jobs, pools, nodes.

`lists` returns the four; `poolsight import` reads them back, as it reads those of the service.
"""

from simulator.results.lists.write_lists import LISTS, lists, write_lists

__all__ = ["LISTS", "lists", "write_lists"]
