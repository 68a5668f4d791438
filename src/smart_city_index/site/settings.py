"""What a site is called, whose figures it shows and in which words: site.yml beside an index."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .. import UserError
from . import SITE_DIR

LANGUAGES = ("de", "en")
SITE_YML = "site.yml"

# Words that the texts put in, by language; German needs the case and the gender of some.
WORDS = {
    "de": (
        "entity", "entities", "entities_dative", "the_entity", "of_the_entity", "of_an_entity",
        "my_entity", "field", "group",
    ),
    "en": ("entity", "entities", "field", "group"),
}  # fmt: skip
LIMITS = {"profiles": 500, "rows": 200}
KEYS = (
    "name", "credit", *LIMITS, "publisher", "licence", "languages", "banner", "base_url", "words",
    "about", "units", "outline", "outline_credit",
)  # fmt: skip


class SettingsError(UserError):
    """site.yml is missing or incomplete; the message says what to write."""


@dataclass(frozen=True)
class Settings:
    """What site.yml says.

    Args:
        languages: `de`, `en` or both; the first is the front door's.
        name: name of the site, by language.
        credit: whose figures these are, by language.
        words: what the index calls its entities and groups, by language and word.
        publisher: name of who publishes the site.
        licence: address of the licence of the figures; None if none is named.
        about: what a ranking is, by its id and language, where the mart's description does not do.
        units: names of units of the marts, by the mart's name and language; one that is not named
            stands as the mart has it.
        outline: GeoJSON with the borders on the map; None for a map without.
        outline_credit: where they are from.
        banner: what every page warns of, by language; empty for nothing.
        base_url: where the site will stand, ending in a slash; empty if it is not known.
        profiles: how many entities have a page of their own at most, the best ranked first.
        rows: how many rows a ranking's table has at most.
    """

    languages: tuple[str, ...]
    name: dict[str, str]
    credit: dict[str, str]
    words: dict[str, dict[str, str]]
    publisher: str
    licence: str | None = None
    about: dict[str, dict[str, str]] = field(default_factory=dict)
    units: dict[str, dict[str, str]] = field(default_factory=dict)
    outline: Path | None = None
    outline_credit: str = ""
    banner: dict[str, str] = field(default_factory=dict)
    base_url: str = ""
    profiles: int = LIMITS["profiles"]
    rows: int = LIMITS["rows"]


def with_capitals(words: dict[str, str]) -> dict[str, str]:
    """Return words, and under names with a capital the same at the beginning of a sentence."""
    return words | {name.capitalize(): word[:1].upper() + word[1:] for name, word in words.items()}


def checked_address(address: str, name: str) -> str:
    """Return an address of the web, ending in a slash.

    Raises:
        SettingsError: it is none.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{name} must be an address with https://, not {address!r}")
    return address.rstrip("/") + "/"


def load_settings(path: Path = SITE_DIR / SITE_YML) -> Settings:
    """Return the settings of a site.

    Args:
        path: the file; without it, that of this project.

    Raises:
        SettingsError: there is no such file, or something in it is missing, unknown or wrong.
    """
    if not path.is_file():
        raise SettingsError(
            f"{path} is missing: a site needs a name, words and a credit of its own"
            f" (copy {SITE_DIR / SITE_YML} and change it)"
        )
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise SettingsError(f"{path}: settings are lines of the form `name: value`")
    if unknown := sorted(set(map(str, found)) - set(KEYS)):
        raise SettingsError(f"{path}: {unknown[0]} is no setting; there are {', '.join(KEYS)}")
    languages = tuple(found.get("languages") or LANGUAGES)
    if wrong := [one for one in languages if one not in LANGUAGES]:
        raise SettingsError(f"{path}: there are no texts in the language {wrong[0]!r}")

    def needed(value: Any, *names: str) -> str:
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(f"{path}: {'.'.join(names)} is missing")
        return value

    limits = {name: found.get(name, limit) for name, limit in LIMITS.items()}
    for name, limit in limits.items():
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise SettingsError(f"{path}: {name} must be a whole number from 1 on, not {limit!r}")
    outline = path.parent / found["outline"] if found.get("outline") else None
    if outline and not outline.is_file():
        raise SettingsError(f"{path}: outline names {found['outline']}, which is not there")
    address = found.get("base_url")
    licence = found.get("licence")
    return Settings(
        languages=languages,
        words={
            language: with_capitals(
                {word: needed(found, "words", language, word) for word in WORDS[language]}
            )
            for language in languages
        },
        name={one: needed(found, "name", one) for one in languages},
        credit={one: needed(found, "credit", one) for one in languages},
        publisher=needed(found, "publisher"),
        about={
            ranking: {one: needed(found, "about", ranking, one) for one in languages}
            for ranking in found.get("about") or {}
        },
        units={str(unit): dict(names) for unit, names in (found.get("units") or {}).items()},
        outline=outline,
        outline_credit=found.get("outline_credit") or "",
        licence=checked_address(licence, f"{path}: licence") if licence else None,
        banner={one: needed(found, "banner", one) for one in languages}
        if found.get("banner")
        else {},
        base_url=checked_address(address, f"{path}: base_url") if address else "",
        profiles=limits["profiles"],
        rows=limits["rows"],
    )
