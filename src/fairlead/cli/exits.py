"""Exit codes: one table for every command."""

from __future__ import annotations

from fairlead.model.errors import BadCredential, BadUsage, FairleadError, TargetRejected

ERROR = 1
PLAN_HAS_CHANGES = 2
INCOMPLETE = 3
HELD = 4
TARGET_REFUSED = 5
USAGE = 64
CREDENTIAL = 77
INTERRUPTED = 130

MEANINGS = {
    0: "every reading proved, nothing held or refused",
    ERROR: "an error",
    PLAN_HAS_CHANGES: "a plan has changes",
    INCOMPLETE: "a reading is incomplete, or a record is frozen",
    HELD: "changes are held for approval",
    TARGET_REFUSED: "a target refused an entity or is down, or keeps the mapping and refuses it",
    USAGE: "a command or setting that cannot be meant",
    CREDENTIAL: "the credential is missing, expired or refused",
    INTERRUPTED: "interrupted; the run continues at its page next time",
}


def code_of(error: FairleadError) -> int:
    """The exit code of an error that ends a command."""
    match error:
        case BadUsage():
            return USAGE
        case BadCredential():
            return CREDENTIAL
        case TargetRejected():
            return TARGET_REFUSED
        case _:
            return ERROR
