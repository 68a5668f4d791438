"""What a single value may be: the rules of the gate for texts, identifiers and numbers.

A rule is decided in SQL, over a column of texts; the wording of a finding adds what helps a person.
"""

from __future__ import annotations

import re
import unicodedata

DECIMAL_TYPE = re.compile(r"decimal\((\d+),\s*(\d+)\)")
INTEGER_LIMIT = 2**31 - 1
# Control and format characters, private use, and spaces other than the usual one.
INVISIBLE = (
    r"[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\x{00A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}\x{115F}"
    r"\x{1160}\x{3164}\x{FFA0}]"
)
# Joiners belong to the spelling of words in scripts such as Arabic and Devanagari.
JOINED_LETTER = r"([^\p{Latin}\p{Greek}\p{Cyrillic}\p{Common}])[\x{200C}\x{200D}]"
# Letters that a reader takes for Latin ones. Of Greek only these: kΩ, μg and ΔT are fine.
LOOK_ALIKE = r"[\p{Cyrillic}\p{Armenian}\p{Cherokee}\p{Coptic}\p{Lisu}ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχϲϳ]"
# Greek and Cyrillic are taken for each other too.
MIXED_SCRIPTS = (
    rf"\p{{Latin}}[\p{{L}}\p{{M}}]*{LOOK_ALIKE}|{LOOK_ALIKE}[\p{{L}}\p{{M}}]*\p{{Latin}}"
    r"|\p{Greek}[\p{L}\p{M}]*\p{Cyrillic}|\p{Cyrillic}[\p{L}\p{M}]*\p{Greek}"
)
NO_FIGURE = {
    *("-", "--", "–", "—", ".", "..", "...", "/", "?", "x", "*", "nan", "inf", "infinity", "null"),
    *("none", "nil", "na", "n/a", "n.a.", "#n/a", "#nv", "k.a.", "k. a.", "ka", "keine angabe"),
    *("missing", "unknown"),
}
TRUE_WORDS = {"1", "yes", "y", "ja", "j", "wahr", "true", "t", "x"}
FALSE_WORDS = {"0", "no", "n", "nein", "falsch", "false", "f"}
TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l"})


def sql_text(value: object) -> str:
    """Return a value as an SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def kind_of(column: str, column_type: str) -> str:
    """Return what rules hold for a column: its type, or `identifier` or `link` for such texts.

    Args:
        column: name of the column.
        column_type: type that the column is declared with.
    """
    if column_type == "string":
        return "identifier" if column.endswith("_id") else "link" if column == "link" else "string"
    return column_type


def broken_rule(column: str, kind: str) -> str:
    """Return SQL for the rule that a text of a column breaks; NULL if it breaks none or is empty.

    Args:
        column: name of the column.
        kind: kind of the column.

    Raises:
        ValueError: the gate does not know the type.
    """
    if kind == "identifier":
        rules = identifier_rules(column)
    elif kind in ("string", "link"):
        rules = text_rules(column)
        if kind == "link":
            is_address = f"regexp_matches({column}, '^https?://[^ ]+$')"
            rules.append(
                (f"not {is_address}", "must be an address that begins with https:// or http://")
            )
    elif kind == "boolean":
        # in capitals, as spreadsheets write them, and with one, as Python does
        known = "'true', 'false', 'TRUE', 'FALSE', 'True', 'False'"
        rules = [(f"{column} not in ({known})", "must be true or false")]
    elif kind == "integer":
        rules = [
            (f"not regexp_full_match({column}, '-?(0|[1-9][0-9]*)')", "must be a whole number"),
            (
                f"coalesce(abs(try_cast({column} as hugeint)) > {INTEGER_LIMIT}, true)",
                "is too large a number",
            ),
        ]
    else:
        decimal_type = DECIMAL_TYPE.fullmatch(kind)
        if decimal_type is None:
            raise ValueError(f"column type {kind} is not known to the input gate")
        precision, scale = int(decimal_type[1]), int(decimal_type[2])
        rules = [
            (
                rf"not regexp_full_match({column}, '-?(0|[1-9][0-9]*)(\.[0-9]+)?')",
                "must be a number",
            ),
            (
                f"length(split_part({column}, '.', 2)) > {scale}",
                f"has more than {scale} digits after the point",
            ),
            (
                f"length(ltrim(split_part({column}, '.', 1), '-')) > {precision - scale}",
                f"has more than {precision - scale} digits before the point",
            ),
        ]
    cases = " ".join(f"when {condition} then {sql_text(rule)}" for condition, rule in rules)
    return f"case when {column} is null then null {cases} end"


def identifier_rules(column: str) -> list[tuple[str, str]]:
    """Return condition and wording of every rule for an identifier."""
    return [
        (f"{column} <> trim({column})", "begins or ends with a space"),
        (f"not regexp_full_match({column}, '[a-z0-9][a-z0-9_]*')", "is no identifier"),
        (f"length({column}) > 60", "is longer than 60 characters"),
    ]


def text_rules(column: str) -> list[tuple[str, str]]:
    """Return condition and wording of every rule for a text in any script."""
    without_joiners = f"regexp_replace({column}, '{JOINED_LETTER}', '\\1', 'g')"
    return [
        (f"contains({column}, chr(10))", "contains a line break"),
        (f"{column} <> trim({column})", "begins or ends with a space"),
        (f"nfc_normalize({column}) <> {column}", "is decomposed Unicode (NFD)"),
        (
            f"regexp_matches({without_joiners}, '{INVISIBLE}')",
            "contains an invisible character",
        ),
        (
            f"regexp_matches({column}, '{MIXED_SCRIPTS}')",
            "mixes letters of two scripts that look alike in one word",
        ),
        (f"regexp_matches({column}, '^[=+@-].')", "begins with a sign that makes it a formula"),
    ]


def details(value: str, rule: str) -> str:
    """Return a rule of a text with the characters that break it.

    Args:
        value: the text.
        rule: the rule that it breaks.
    """
    if rule == "contains an invisible character":
        shown = {f"U+{ord(character):04X}" for character in value if is_invisible(character)}
        return f"contains the invisible character {', '.join(sorted(shown))}"
    if rule.startswith("mixes letters"):
        letters: dict[str, None] = {}
        for character in value:
            if character.isalpha() and unicodedata.name(character, "").split(" ")[0] != "LATIN":
                letters.setdefault(unicodedata.name(character, f"U+{ord(character):04X}"))
        return f"{rule}: {', '.join(list(letters)[:3])}"
    return rule


def is_invisible(character: str) -> bool:
    """Return whether a character shows nothing, or a space that is not the usual one."""
    category = unicodedata.category(character)
    return (
        category in ("Cc", "Cf", "Co", "Zl", "Zp")
        or (category == "Zs" and character != " ")
        or character in "\u115f\u1160\u3164\uffa0"
    )


def advice_for(value: str, column: str, rule: str) -> str:
    """Return what to do about a value.

    Args:
        value: the value, in full.
        column: its column.
        rule: the rule that it breaks.
    """
    if rule in ("must be a number", "must be a whole number"):
        return number_advice(value, column, is_whole=rule == "must be a whole number")
    if rule == "must be true or false":
        word = value.strip().lower()
        known = (
            "true" if word in TRUE_WORDS else "false" if word in FALSE_WORDS else "true or false"
        )
        return f"Write {known}; a spreadsheet keeps it if the column is formatted as text."
    if rule == "is no identifier":
        proposal = identifier_of(value)
        advice = "Use lower-case letters without accents, digits and _ only"
        return f"{advice}, for example {proposal}." if proposal else f"{advice}."
    if "digits after" in rule:
        return "Round it as published, or write it in a smaller unit."
    if "digits before" in rule:
        return "Write it in a larger unit, such as thousands."
    return ADVICE.get(rule, "Correct it.")


ADVICE = {
    "is longer than 60 characters": "Shorten it.",
    "contains a line break": "Write the text on one line.",
    "begins or ends with a space": "Remove the space.",
    "is decomposed Unicode (NFD)": "Save the text as composed Unicode (NFC).",
    "contains an invisible character": "Remove it, or put a usual space in its place.",
    "mixes letters of two scripts that look alike in one word": "Type the word anew.",
    "begins with a sign that makes it a formula": (
        "A spreadsheet would compute it: begin with a letter or a digit."
    ),
    "must be an address that begins with https:// or http://": (
        "Write the whole address, or leave it empty."
    ),
}


def number_advice(value: str, column: str, *, is_whole: bool = False) -> str:
    """Return what to do about a text that should be a number.

    Args:
        value: the text.
        column: its column.
        is_whole: whether it should be a whole number.
    """
    text = value.strip()
    if text != value:
        return "Remove the space."
    if "\u2212" in text:
        return "Write the minus sign as -."
    if is_whole and re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text):
        return "Leave the thousands separator out."
    if re.fullmatch(r"\d+([./-])\d+\1\d+", text):
        return "Write a number, not a date."
    if text.lower().lstrip("+") in NO_FIGURE or text.lower() in ("-inf", "-infinity"):
        if column == "raw_value":
            return "Leave the row out if there is no figure: a missing value is an absent row."
        return "Leave it empty if there is no figure."
    if re.fullmatch(r"-?\d+,\d+", text):
        return "Write a decimal point, not a comma, and no thousands separator."
    if re.fullmatch(r"-?\d{1,3}([., '’\u00a0\u202f]\d{3})+([.,]\d+)?", text):
        return "Leave the thousands separator out and write a decimal point."
    if re.fullmatch(r"[-+]?\d+(\.\d+)?[eE][-+]?\d+", text):
        return "Write all digits, without an exponent."
    if re.search(r"[^\W0-9_]|[%€$°]", text) and re.search(r"[0-9]", text):
        return "Write the number only: its unit stands elsewhere."
    if text.isdecimal() and not text.isascii():
        return "Write the digits 0 to 9."
    if re.fullmatch(r"[-+]?0+\d+(\.\d+)?|\+\d+(\.\d+)?|-?\.\d+|-?\d+\.", text):
        return "Write it without leading zeros and signs, with a digit on each side of the point."
    if re.fullmatch(r"-?\d+\.\d+", text):
        return "Write digits only, without a decimal point."
    return "Write digits only." if is_whole else "Write digits with a decimal point only."


def identifier_of(text: str) -> str:
    """Return a text as an identifier, or an empty text if too little is left of it."""
    plain = unicodedata.normalize("NFD", text.lower().translate(TRANSLITERATION))
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"[\u0300-\u036f]", "", plain)).strip("_")[:60]
