"""The static site: what its pages are made of, and how it is built from the published file."""

from pathlib import Path

SITE_DIR = Path(__file__).resolve().parent
