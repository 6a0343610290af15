"""How the suite draws examples: the same ones at every run, however slow the machine.

`pytest --hypothesis-profile=fuzz` draws ten times as many, new ones each time, and prints how to draw a failure again;
`few` draws a fifth, for what differs between one Python and another.
"""

from hypothesis import HealthCheck, settings

from tests.examples import USUAL

settings.register_profile(
    "suite",
    max_examples=USUAL,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "fuzz", settings.get_profile("suite"), max_examples=10 * USUAL, derandomize=False, print_blob=True
)
settings.register_profile("few", settings.get_profile("suite"), max_examples=USUAL // 5)
settings.load_profile("suite")
