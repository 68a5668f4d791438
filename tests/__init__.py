"""Tests of the data, of the code and of what is published."""
