"""What is handed to a target, and what the target says of it."""

from __future__ import annotations

import msgspec

from fairlead.model.entities import Body


class Payload(msgspec.Struct, frozen=True, gc=False):
    """One entity as it is due at a target.

    `cleared` names keys delivered before that are absent now, to be sent as null; each is spelled `title`,
    `icon`, `team`, `properties.<key>` or `relations.<key>`.

    `foreign`: others own it at the target too. It is written over what is there, never in its place, and not in a way
    by which the target would take it for ours; it is never removed. `owned` False: it is only patched, so that it is
    not made where it is not there.
    """

    entity: int
    blueprint: str
    identifier: str
    body: Body
    cleared: tuple[str, ...] = ()
    foreign: bool = False
    owned: bool = True


class Held(msgspec.Struct, frozen=True, gc=False):
    """One entity as a target holds it: what it has and is not empty."""

    identifier: str
    body: Body


class Refused(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a target refuses an entity, as the catalog keeps it: `error`, `field` and `advice` as of `Outcome`."""

    error: str
    field: str = ""
    advice: str = ""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What the target said of one entity; `error` "" = accepted.

    `field` names what is wrong (`properties.<key>`, `relations.<key>`, "" where unknown), `advice` what a person can
    do. `waits`: another entity has to come, or to go, first; it may be accepted when it is sent again.
    `repeated`: it was sent more than once, and a sending without an answer may have been carried out.
    """

    entity: int
    error: str = ""
    field: str = ""
    advice: str = ""
    waits: bool = False
    repeated: bool = False
