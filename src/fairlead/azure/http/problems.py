"""Finer classes of `model.errors`, for decisions inside this room. Outside, the base class says what to do next."""

from __future__ import annotations

from fairlead.model.errors import IncompleteReading, NotPermitted, NotThere


class ScopeMissing(NotPermitted):
    """401 while the credential itself works: the token lacks the scope of this area."""


class AbsentThing(NotThere):
    """404. `type_key` is the service's own name of the error ("" where it gave none); it is never localized."""

    def __init__(self, message: str, *, type_key: str = "", code: str = "") -> None:
        super().__init__(message)
        self.type_key = type_key
        self.code = code


class RefusedRequest(IncompleteReading):
    """400 and its kin: the service does not take the request as it is. `code` is its TF or VS number."""

    def __init__(self, message: str, *, type_key: str = "", code: str = "", advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.type_key = type_key
        self.code = code

    @property
    def unknown_form(self) -> bool:
        """Whether the server does not know this route or version, so that another form may do."""
        return self.type_key in _UNKNOWN_FORMS


_UNKNOWN_FORMS = {
    "VssVersionOutOfRangeException",
    "VssInvalidPreviewVersionException",
    "VssResourceNotFoundException",
    "VssVersionNotSpecifiedException",
    "VssApiNotSupportedException",
    "MethodNotAllowed",
}
