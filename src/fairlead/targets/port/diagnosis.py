"""What a refusal of Port means: which field is wrong, and what a person can do about it. Pure.

Port's own words stay; what is found here stands beside them. Where nothing of the entity is found wrong, the advice is
the general one for Port's error code. Codes are those of Port's published API pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from fairlead.model.blueprints import SYSTEM
from fairlead.targets.port.answers import FORBIDDEN, HAS_DEPENDENTS, MISSING, TAKEN, Refusal
from fairlead.targets.port.misfits import Finding, findings, missing
from fairlead.targets.port.schema import BlueprintSchema, SentEntity

LIMIT_ADVICE = (
    "the organization is over a limit of its plan at Port: remove what is not needed there, or ask Port for more; "
    "what is not delivered stays due and goes with the next sync"
)

ADVICE = {
    TAKEN: "another entity has this identifier at Port: give one of them another identifier in the mapping",
    "invalid_request": "hold the entity against its blueprint at Port, and mend the mapping or the blueprint",
    "blueprint_schema_mismatch": "hold the entity against its blueprint at Port, and mend the mapping or the blueprint",
    "required_relation": "map every required relation of the blueprint so that it is never null",
    "relation_many_violation": "give a list where the relation is many, and one identifier where it is not",
    "team_inheritance_enabled": "take team out of the mapping: the blueprint inherits its team along a relation",
    "inherited_ownership_enabled": "take team out of the mapping: the blueprint inherits its team along a relation",
    "protected_blueprint_violation": "Port manages this blueprint: map it to a blueprint of your own",
    FORBIDDEN: "give the Port credential a role that may write entities of this blueprint",
    HAS_DEPENDENTS: "other entities at Port require this one: remove those, or let their relation be optional",
    MISSING: "something that the entity names is not at Port: look at its relations and its blueprint",
}
"""What a person can do about a refusal that is not explained by the entity itself, by Port's code."""

_BY_STATUS = {
    402: LIMIT_ADVICE,
    403: "give the Port credential a role that may do this",
    413: "the entity is larger than the 1 MiB that Port takes: map less into it",
    500: "Port failed over this entity: try again later, and tell Port's support if it stays so",
}
_LIMIT = re.compile(r"\b(quota|plan|limits?|limited|upgrade)\b", re.IGNORECASE)
_LIMIT_REACHED = re.compile(
    r"\bquota\b|\b(limits?|plan)\b.*\b(reach|exceed)|\b(reach|exceed)\w*\b.*\b(limits?|plan)\b", re.IGNORECASE
)
_LIMITING = {402: re.compile(""), 403: _LIMIT, 429: _LIMIT, 422: _LIMIT_REACHED}
"""By status, the words by which Port speaks of a limit; 422 is told of properties too, so it needs more of them."""
_GENERAL = "hold the entity against its blueprint at Port"


class Diagnosis(msgspec.Struct, frozen=True):
    """`field` and `problem` are "" where nothing of the entity is found wrong; `value` is what was sent in `field`."""

    field: str
    problem: str
    advice: str
    value: str = ""


def diagnose(told: Refusal, blueprint: BlueprintSchema | None, sent: SentEntity) -> Diagnosis:
    """The meaning of Port's refusal of one entity. `blueprint` None: it is not at Port, or cannot be read."""
    found = findings(blueprint, sent) if blueprint is not None else []
    if told.status == 404 or told.code == MISSING:
        absent = _absent(told.message, blueprint, sent)
        if absent is not None:
            return _of(absent, sent)
    if blueprint is not None and re.search("requir|missing", f"{told.code} {told.message}", re.IGNORECASE):
        found += missing(blueprint, sent)
    named = [one for one in found if _speaks_of(told.message, one.field)]
    if not named and is_limit(told):
        return Diagnosis("", "", LIMIT_ADVICE)
    if named or found:
        return _of((named or found)[0], sent)
    return Diagnosis(_named_field(told.message, sent), "", advice_for(told))


def no_blueprint(name: str) -> Diagnosis:
    """A refusal because Port has no such blueprint."""
    return Diagnosis(
        "",
        "the blueprint is not at Port",
        f"create the blueprint {name} at Port, or map to another blueprint",
    )


def advice_for(told: Refusal) -> str:
    """The general advice for a refusal, by Port's code, else by the status."""
    if is_limit(told):
        return LIMIT_ADVICE
    return ADVICE.get(told.code) or _BY_STATUS.get(told.status) or _GENERAL


def is_limit(told: Refusal) -> bool:
    """Whether Port speaks of a limit of the organization. The size of a request, 413, is none."""
    words = _LIMITING.get(told.status)
    return words is not None and words.search(f"{told.code} {told.message}") is not None


def required_by(dependents: Sequence[tuple[str, str]]) -> str:
    """The advice for a removal that Port refuses, with the (blueprint, identifier) of what requires the entity."""
    if not dependents:
        return ADVICE[HAS_DEPENDENTS]
    names = ", ".join(f"{blueprint} {identifier}" for blueprint, identifier in dependents)
    return f"{names} at Port require this one: remove them, or let their relation be optional"


def _of(found: Finding, sent: SentEntity) -> Diagnosis:
    return Diagnosis(found.field, found.problem, found.advice, _shown(_value(sent, found.field)))


def _absent(message: str, blueprint: BlueprintSchema | None, sent: SentEntity) -> Finding | None:
    """The relation whose target Port says is missing: the one whose value its text names, else the only one."""
    pairs = list(_pointing(sent))
    named = [name for name, value in pairs if _names(message, value)]
    candidates = list(dict.fromkeys(named or [name for name, _ in pairs]))
    if not candidates or (not named and len(candidates) > 1):
        return None
    name = candidates[0]
    relation = blueprint.edges.get(name) if blueprint is not None else None
    target = relation.target if relation is not None else ""
    if target in SYSTEM:
        what = "user" if target == "_user" else "team"
        advice = f"invite or create the {what} at Port (nobody else can), or take relations.{name} out of the mapping"
    else:
        advice = (
            f"let another row of the mapping make the {target or 'related'} entity, "
            "or set createMissingRelatedEntities: true in the mapping"
        )
    return Finding(f"relations.{name}", f"points to no entity of {target or 'its target'} at Port", advice)


def _pointing(sent: SentEntity) -> Iterator[tuple[str, str]]:
    for name, value in sent.relations.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield name, one


def _speaks_of(message: str, field: str) -> bool:
    """Whether Port's text names the field, with or without its group."""
    return _names(message, field.partition(".")[2] or field)


def _named_field(message: str, sent: SentEntity) -> str:
    """The field of the entity that Port's text quotes, "" where it quotes none or several."""
    fields = [f"properties.{name}" for name in sent.properties] + [
        f"relations.{name}" for name in sent.relations
    ]
    quoted = [
        field
        for field in fields
        if re.search(rf"""["'`/.]{re.escape(field.partition(".")[2])}["'`]""", message)
    ]
    return quoted[0] if len(quoted) == 1 else ""


def _names(message: str, word: str) -> bool:
    """Whether the text holds the word by itself, not as a part of a longer one."""
    return bool(word) and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", message) is not None


def _value(sent: SentEntity, field: str) -> object:
    group, _, name = field.partition(".")
    match group:
        case "properties":
            return sent.properties.get(name)
        case "relations":
            return sent.relations.get(name)
        case _:
            plain: dict[str, object] = {"identifier": sent.identifier, "team": sent.team, "title": sent.title}
            return plain.get(group)


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return "" if value is None else text if len(text) <= 80 else text[:79] + "…"
