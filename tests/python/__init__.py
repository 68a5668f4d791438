"""Tests of the build, the models and what is published (`make test`)."""
