"""A user's own past as the numbers of a scenario, each with how sure it is."""
