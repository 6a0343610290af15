"""What happened: files that other programs printed, as three tables, and the scenario that replays them."""
