"""Tokens that are not valid, not there, or there already."""

from maccord.alloc.errors.refusal import Refusal


class BadToken(Refusal):
    """A token that is unknown, revoked or expired. The text does not say which."""

    slug = "bad-token"
    title = "The token is not valid"
    category = "denied"

    def __str__(self) -> str:
        return "the token is not valid"


class NoSuchToken(Refusal):
    """There is no token of that name."""

    slug = "no-such-token"
    title = "There is no such token"
    category = "missing"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"there is no token {self.name!r}"


class TokenExists(Refusal):
    """A token of that name is there already."""

    slug = "token-exists"
    title = "The token exists"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"there is a token {self.name!r} already"
