"""The shapes of Port's answers, as far as they are read, and what a refusal means.

Shapes are those of Port's published OpenAPI file: success bodies carry `ok: true`; error bodies carry `error` (a code
such as `not_found`), `message` and sometimes `details`. Unknown keys are ignored.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from fairlead.model.errors import BadUsage, FairleadError, NotPermitted, NotThere, Retry, TargetRejected

FORBIDDEN = "missing_permissions"
MISSING = "not_found"
HAS_DEPENDENTS = "has_dependents"
TAKEN = "identifier_taken"

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True):
    """A final answer: any status but those that are retried. `attempts` counts the requests that it took."""

    status: int
    body: bytes
    attempts: int = 1

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Refusal(msgspec.Struct, frozen=True):
    """Why Port refuses a whole request; `code` is Port's own word."""

    status: int
    code: str
    message: str

    def __str__(self) -> str:
        """In one line, such as `404 not_found: …`."""
        head = " ".join(part for part in (str(self.status) if self.status else "", self.code) if part)
        return f"{head}: {self.message}" if self.message else head or "refused without a reason"


class Token(msgspec.Struct, frozen=True, rename="camel"):
    """`expires_in` is in seconds; `token_type` is "Bearer" so far."""

    access_token: str
    expires_in: float
    token_type: str


class WrittenEntity(msgspec.Struct, frozen=True):
    """An accepted entity of a bulk request; `index` is its place in the request."""

    identifier: str | None = None
    index: int | None = None


class EntityError(msgspec.Struct, frozen=True, rename="camel"):
    """A refused entity of a bulk request."""

    identifier: str | None = None
    index: int | None = None
    status_code: int = 0
    error: str = ""
    message: str = ""


class BulkAnswer(msgspec.Struct, frozen=True):
    """The body of 200 and 207 of a bulk upsert."""

    entities: list[WrittenEntity] = []
    errors: list[EntityError] = []


class BulkRemoval(msgspec.Struct, frozen=True):
    """The body of 200 of a bulk delete. What it does not list was not there."""

    deleted_entities: list[str] = msgspec.field(default_factory=list, name="deletedEntities")


class _Error(msgspec.Struct, frozen=True):
    error: str = ""
    message: str = ""


def read(answer: Answer, shape: type[T], what: str) -> T:
    """The answer's body in the given shape. Raises `Retry` where it is another: a proxy's page, a cut body."""
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.DecodeError as error:
        raise Retry(f"Port's answer to {what} cannot be read: {error}") from None


def refusal(answer: Answer) -> Refusal:
    """What Port says of a request that it refuses; a body of another shape gives the status alone."""
    try:
        told = msgspec.json.decode(answer.body, type=_Error)
    except msgspec.DecodeError:
        return Refusal(answer.status, "", "")
    return Refusal(answer.status, told.error, told.message)


def error_of(told: Refusal, what: str) -> FairleadError:
    """The error for a refused request, classed by what to do next."""
    text = f"Port refuses {what}: {told}"
    if told.status >= 500:
        return Retry(text)
    if told.status == 403:
        return NotPermitted(text, advice="Give the Port credential a role that may do this.")
    if told.status == 404:
        return NotThere(text)
    if 300 <= told.status < 400:
        return BadUsage(text, advice="Check the base URL of Port: it answers with a redirect.")
    return TargetRejected(text)
