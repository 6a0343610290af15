"""Readers, a format each; `simulator/history/formats.py` lists them."""
