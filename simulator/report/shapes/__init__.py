"""The shapes that pictures are made of: tables of a run as columns small enough to draw."""
