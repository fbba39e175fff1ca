"""What the simulation is made of."""
