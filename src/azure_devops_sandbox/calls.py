"""What a route handler gets (`Call`) and gives (`Answer`), and the errors it may raise.

The error body is that of Azure DevOps: clients branch on `typeKey` (reference of the API, part 4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import orjson

from .formats import read_date
from .settings import Settings
from .state.access import Access
from .state.organization import Organization
from .state.records import Project, Team

JSON = "application/json; charset=utf-8; api-version=7.1"


@dataclass(slots=True)
class Answer:
    """An answer before it goes out."""

    body: bytes = b""
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An answer with an error body."""

    def __init__(
        self, status: int, type_key: str, message: str, namespace: str = "Microsoft.TeamFoundation"
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type_key = type_key
        self.message = message
        self.type_name = f"{namespace}.{type_key}, {namespace}"

    def answer(self) -> Answer:
        """Return the answer for this error."""
        body = {
            "$id": "1",
            "innerException": None,
            "message": self.message,
            "typeName": self.type_name,
            "typeKey": self.type_key,
            "errorCode": 0,
            "eventId": 3000,
        }
        return Answer(orjson.dumps(body), self.status)


@dataclass(slots=True)
class Effects:
    """What faults do to the listing that a handler answers with; `done` tells what they did."""

    trim: int = 0
    shift: int = 0
    empty_page: bool = False
    repeat_token: bool = False
    done: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """A request after routing: names of query parameters are lower case, as case does not matter."""

    organization: Organization
    access: Access
    route: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    accept: str
    version: str
    settings: Settings
    project: Project | None = None
    team: Team | None = None
    effects: Effects = field(default_factory=Effects)

    @property
    def here(self) -> Project:
        """The project of a route that always has one."""
        if self.project is None:
            raise LookupError(f"route {self.route} without a project")
        return self.project

    def text(self, name: str) -> str | None:
        """Return a query parameter; an empty one counts as absent."""
        return self.query.get(name.lower()) or None

    def number(self, name: str, default: int) -> int:
        """Return a whole number of the query. Raises ApiError (400) for anything else."""
        value = self.text(name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise bad_argument(f"The value '{value}' of '{name}' is not a valid integer.") from None

    def flag(self, name: str) -> bool:
        """Return a boolean of the query."""
        return (self.text(name) or "").lower() == "true"

    def words(self, name: str) -> list[str]:
        """Return the parts of a comma-separated query parameter."""
        return [part.strip() for part in (self.text(name) or "").split(",") if part.strip()]

    def date(self, name: str) -> datetime | None:
        """Return a date of the query. Raises ApiError (400) for anything else."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return read_date(value)
        except ValueError:
            raise bad_argument(f"The value '{value}' of '{name}' is not a valid date.") from None

    def json(self) -> dict[str, Any]:
        """Return the body, which must be a JSON object. Raises ApiError (400)."""
        try:
            value = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            value = None
        if not isinstance(value, dict):
            raise bad_argument("The request body could not be parsed. Value cannot be null.")
        return value


def bad_argument(message: str) -> ApiError:
    """Return the error for an argument that cannot be read."""
    return ApiError(400, "VssPropertyValidationException", message, "Microsoft.VisualStudio.Services.Common")


def json_answer(value: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(orjson.dumps(value), status)


def listed(rows: list[bytes]) -> bytes:
    """Return the body of a listing: `{count, value}` (the specification shows the bare array)."""
    return b'{"count":%d,"value":[%b]}' % (len(rows), b",".join(rows))
