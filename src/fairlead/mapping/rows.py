"""A mapping configuration as values: rows in file order, and what holds for all of them."""

from __future__ import annotations

import msgspec

from fairlead.model.kinds import Selector

Term = str | list["Term"] | dict[str, "Term"]
"""jq text, or a list or search query whose leaves are jq text. A literal is jq text too: `"and"` with quotes."""

TITLE, ICON, TEAM = "title", "icon", "team"


class EntityMapping(msgspec.Struct, frozen=True):
    """What a row makes of a record: jq text per field, quotes already double. None: the field is not mapped.

    `identifier`, `team` and the values of `relations` may be search queries ({combinator, rules}) or lists.
    """

    identifier: Term
    blueprint: str
    title: str | None = None
    icon: str | None = None
    team: Term | None = None
    properties: dict[str, str] = {}
    relations: dict[str, Term] = {}


class Row(msgspec.Struct, frozen=True):
    """One mapping entry.

    `hash` identifies it by content (kind, selector, mapping, itemsToParse), never by its place; a repeated row
    has "-2", "-3" … appended. `position` counts all entries from 1; `place` is what messages call it ("row 3
    (repository)"). `query` is the selector's jq, `asked` what its other keys say of which records
    are the row's (see `mapping.asking`; "" = all). `items_to_parse` is "" where the record itself is mapped.
    `creates` is False for a patch: it changes an entity but does not keep it alive (ADR 0002).
    """

    hash: str
    position: int
    place: str
    kind: str
    query: str
    selector: Selector
    mapping: EntityMapping
    items_to_parse: str = ""
    items_name: str = "item"
    items_transform: bool = True
    creates: bool = True
    asked: str = ""


class Configuration(msgspec.Struct, frozen=True):
    """A whole mapping. `hash` is over all that has an effect; `text` is the file as it was read.

    `deletion_threshold` is the share (0 to 1) of entities whose removal in one run needs approval.
    `environment` names the variables that selectors ask for with `exportEnvVariables`. `unread` are rows of kinds that
    this version cannot read.
    """

    rows: tuple[Row, ...]
    warnings: tuple[str, ...]
    create_missing_related_entities: bool
    delete_dependent_entities: bool
    merge_entity: bool
    deletion_threshold: float
    hash: str
    text: str
    source: str = "port-app-config.yml"
    environment: tuple[str, ...] = ()
    unread: tuple[Row, ...] = ()


def leaves(term: Term) -> tuple[str, ...]:
    """The jq texts of a term, in reading order."""
    if isinstance(term, str):
        return (term,)
    inner = term if isinstance(term, list) else term.values()
    return tuple(text for part in inner for text in leaves(part))


def is_query(term: Term) -> bool:
    """Whether the term is a search query: the entity, or the related ones, are looked up in the catalog."""
    return isinstance(term, dict)


def expressions(row: Row) -> tuple[tuple[str, str], ...]:
    """Every jq text of the row with the path of its field in the file."""
    mapping = row.mapping
    found: list[tuple[str, str]] = [("selector.query", row.query)]
    if row.items_to_parse:
        found.append(("port.itemsToParse", row.items_to_parse))
    terms: list[tuple[str, Term | None]] = [
        ("identifier", mapping.identifier),
        ("blueprint", mapping.blueprint),
        (TITLE, mapping.title),
        (ICON, mapping.icon),
        (TEAM, mapping.team),
        *((f"properties.{name}", text) for name, text in mapping.properties.items()),
        *((f"relations.{name}", term) for name, term in mapping.relations.items()),
    ]
    for field, term in terms:
        if term is not None:
            found += [(f"port.entity.mappings.{field}", text) for text in leaves(term)]
    return tuple(found)
