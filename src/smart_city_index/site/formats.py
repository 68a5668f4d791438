"""Printed forms of figures, German and English; from text and DECIMAL only, never from float."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


def figure(printed: str, language: str) -> str:
    """Return a figure that a mart printed (`85.8`, `-1`) with the language's marks.

    Args:
        printed: digits with a decimal point and possibly a sign.
        language: `de` or `en`.
    """
    localised = printed.replace("-", MINUS)
    return localised.replace(".", ",") if language == "de" else localised


def decimal(value: Decimal | int, digits: int, language: str, signed: bool = False) -> str:
    """Return a number rounded half away from zero, with a thousands separator.

    Args:
        value: an exact number.
        digits: digits after the decimal mark.
        language: `de` or `en`.
        signed: print a plus sign too, and plus-minus for what rounds to zero.

    Raises:
        TypeError: the value is not exact.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise TypeError(f"{value!r} is no exact number")
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{digits}f}"
    if language == "de":
        text = text.translate(str.maketrans(",.", ".,"))
    if rounded < 0:
        return MINUS + text
    if signed:
        return ("+" if rounded > 0 else "±") + text
    return text


def decimal_point(value: Decimal, digits: int) -> str:
    """Return a number for SVG: rounded, with a decimal point in every language.

    Args:
        value: an exact number.
        digits: digits after the point.

    Raises:
        TypeError: the value is not exact.
    """
    return decimal(value, digits, "en").replace(",", "").replace(MINUS, "-")


def shortest(value: Decimal, language: str) -> str:
    """Return an exact number without superfluous zeros.

    Args:
        value: an exact number.
        language: `de` or `en`.
    """
    text = f"{value:f}"
    return figure(text.rstrip("0").rstrip(".") if "." in text else text, language)


def percent(share: Decimal, language: str) -> str:
    """Return a share (0..1) as a percentage without digits, never 0 or 100 unless it is.

    Args:
        share: an exact share.
        language: `de` or `en`.

    Raises:
        TypeError: the share is not exact.
    """
    space = NARROW_SPACE if language == "de" else ""
    value = share * 100
    if 0 < value < 1:
        return f"<{NARROW_SPACE}1{space}%"
    if 99 < value < 100:
        return f">{NARROW_SPACE}99{space}%"
    return f"{decimal(value, 0, language)}{space}%"


def timestamp(value: datetime, language: str) -> str:
    """Return date and time of day, in UTC.

    Args:
        value: a time in UTC.
        language: `de` or `en`.
    """
    return value.strftime("%d.%m.%Y, %H:%M UTC" if language == "de" else "%Y-%m-%d %H:%M UTC")


def tendency_class(tendency: int) -> str:
    """Return the direction of a tendency as a CSS class: `up`, `down` or `same`."""
    if tendency == 0:
        return "same"
    return "up" if tendency > 0 else "down"
