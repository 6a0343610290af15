"""Where the node time and the money went, as exact integers."""
