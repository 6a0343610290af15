"""Closed forms that a simulation can be held against, one file a subject; nothing here simulates."""
