"""`python -m tests.oracle SEED`: print the scenario of a seed, both records, and where they differ."""

import json
import sys

from tests.oracle.compare import difference, recorded
from tests.oracle.features import scenario
from tests.oracle.world import run


def main(seed: int) -> None:
    """Print all that is known of one seed."""
    made = scenario(seed)
    reported = [json.dumps(made, indent=1)]
    for name, record in (("engine", recorded(made)), ("oracle", run(made))):
        reported += ["", name, *("\n  ".join([table, *map(str, rows)]) for table, rows in record.items())]
    reported += ["", difference(made) or "no difference"]
    sys.stdout.write("\n".join(reported) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
