"""The lab: a page on which one plays with a pool, and the server behind it.

The page holds no model. It sends a scene, the text of a scenario with what was moved in it, and gets columns to draw,
findings on the formula, explanations and files.
"""
