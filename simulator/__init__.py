"""Poolsight: simulate Azure-Batch-like pools, compute nodes and task scheduling."""

__version__ = "0.1.0"
__all__: list[str] = []
