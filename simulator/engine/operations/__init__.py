"""What operators and clients ask for while a scenario runs: one handler for each operation."""
