"""What breaks things on purpose, many times; README.md shows results."""
