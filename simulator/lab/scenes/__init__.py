"""The scenarios of the gallery, and the table of what is to be seen in each."""
