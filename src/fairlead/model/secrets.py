"""A secret that cannot be printed, logged, pickled or sent by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NoReturn


class Secret:
    """Holds a credential. Only `reveal()` gives it back, so that a search for that word finds every use."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself, for the one host that it is for."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


class KnownSecrets:
    """Every secret met so far, so that texts can be cleaned of them. `told` hears of each that is added."""

    def __init__(self, given: Iterable[Secret], told: Callable[[Secret], None]) -> None:
        self._known = list(given)
        self._told = told

    def add(self, secret: Secret) -> None:
        """Another one, or one of them again."""
        if secret not in self._known:
            self._known.append(secret)
        self._told(secret)

    def clean(self, text: str) -> str:
        """`text` without any of them."""
        return redact(text, tuple(self._known))


def redact(text: str, secrets: tuple[Secret, ...]) -> str:
    """`text` with every occurrence of the given secrets replaced; for messages that quote a server's answer."""
    for secret in secrets:
        if secret:
            text = text.replace(secret.reveal(), "…")
    return text
