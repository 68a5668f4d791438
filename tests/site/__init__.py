"""The built site, in a browser and file by file."""
