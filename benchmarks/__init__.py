"""What things cost; README.md shows results."""
