"""What the service would refuse and what is odd in a scenario, although each single value is legal."""
