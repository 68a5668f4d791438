"""The recipes of docs/connect.md with the real clients."""
