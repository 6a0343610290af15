"""Codes of resizes that are no error of the resize itself."""

from typing import Final

SUCCESS: Final = "Success"
RETARGETED: Final = "Retargeted"
"""A new target replaced this one before it was reached."""
