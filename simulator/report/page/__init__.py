"""Reports as one HTML file each: of a run, and of an experiment."""
