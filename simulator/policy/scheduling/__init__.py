"""Policies: which waiting tasks start in a pass and where they go, as functions of what can be known then."""
