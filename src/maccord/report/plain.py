"""Text from evidence, made harmless for terminals and spreadsheets; and counts in words."""


def plain(text: str) -> str:
    """Return text whose control and direction characters are spelled out: names come from evidence."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


_FORMULA = ("=", "+", "-", "@")


def cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: names come from evidence, which is not to be trusted."""
    text = plain(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def counted(number: int, word: str) -> str:
    """Return `1 host`, `2,000 hosts`."""
    plural = word if number == 1 or word == "info" else f"{word}es" if word[-1] == "s" else f"{word}s"
    return f"{number:,} {plural}"
