"""The service's diagnostic events (docs/model.md#diagnostic-events): a record written as a log, and logs read back.

`lines` gives the log of a run, one JSON object a line; `read` takes such files, ours or the service's, and gives a
`Log` of tables; `summarize` answers from them what a log can show.
"""

from simulator.results.events.log_summary import summarize
from simulator.results.events.read_log import Log, read
from simulator.results.events.write_log import lines

__all__ = ["Log", "lines", "read", "summarize"]
