"""What the engine hands over: rows as they are recorded, columns at the end, and arithmetic on intervals of nodes."""
