"""Every error that crosses a room's border, classed by what to do next.

The class says the next step, never the origin: a reader of `sync` decides by class alone.

    FairleadError
    ├── Retry               the same request may succeed now or soon
    │   └── Throttled       ... but only after `seconds`
    ├── NotPermitted        this identity may not; asking again changes nothing, and nothing is known to be gone
    ├── NotThere            the server says that it does not exist, or hides it: a candidate, never a proof
    ├── IncompleteReading   an answer came but cannot be trusted as whole
    ├── BadCredential       the identity itself is refused (exit code 77)
    ├── BadMapping          a person has to mend the configuration
    ├── BadUsage            a person has to mend the command or a setting (exit code 64)
    ├── CatalogUnusable     the catalog cannot be opened or written; nothing was changed
    │   ├── CatalogMissing  ... because there is none yet
    │   └── CatalogOutdated ... because an older Fairlead made it, and who opens it may only read
    └── TargetRejected      a target refused an entity, or a whole sync (exit code 5)
"""

from __future__ import annotations


class FairleadError(Exception):
    """What happened, to what, and what the person can do. `advice` is printed on a line of its own."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class Retry(FairleadError):
    """A passing fault (5xx, reset, time-out, cut body). `seconds` is a wish of the server, 0 where it has none."""

    def __init__(self, message: str, *, seconds: float = 0.0, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.seconds = seconds


class Throttled(Retry):
    """The service asked for a pause (429, or a tar-pit time-out)."""


class NotPermitted(FairleadError):
    """403, or 401 for a missing scope: the identity is good but may not read this."""


class NotThere(FairleadError):
    """404, or a null in a batch. Azure DevOps answers so for what is gone and for what one may not see."""


class IncompleteReading(FairleadError):
    """An answer that cannot count as whole: not JSON, cut, a repeated token, an answer of another shape."""


class BadCredential(FairleadError):
    """The token is expired, revoked or malformed (203 or redirect to the sign-in page, 401 everywhere)."""


class BadMapping(FairleadError):
    """A mapping, selector or blueprint that cannot be used; the message names the row and the place in it."""


class BadUsage(FairleadError):
    """A command or setting that cannot be meant."""


class CatalogUnusable(FairleadError):
    """The catalog file or server cannot be opened, read or written."""


class CatalogMissing(CatalogUnusable):
    """There is no catalog there yet; the first command that writes makes it."""


class CatalogOutdated(CatalogUnusable):
    """The catalog's schema is of an older Fairlead; the first command that writes brings it up to date."""


class TargetRejected(FairleadError):
    """A target refused an entity or a blueprint; kept at the entity and shown there."""
