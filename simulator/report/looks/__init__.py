"""How every picture looks: colours, type, time axes, quantities, and titles that say what is shown."""
