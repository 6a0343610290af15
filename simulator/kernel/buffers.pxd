# No types of its own: it is compiled with the others so that it knows at which speed they run.
