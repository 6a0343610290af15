"""How many examples hypothesis draws for a test: few and always the same in the suite, many and new ones in `fuzz`."""

from hypothesis import settings

USUAL = 100
"""Examples of a test that asks for no number, in the profile `suite`."""


def examples(count: int, *, steps: int = 50) -> settings:
    """Return settings for `count` examples, each of so many steps where it has any; profiles draw more or fewer."""
    return settings(max_examples=max(count * settings().max_examples // USUAL, 1), stateful_step_count=steps)
