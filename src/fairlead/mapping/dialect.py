"""Port's configuration dialect as pydantic models: the border between a person's file and frozen values.

Keys and defaults are those that Port's integrations read (`port-app-config.yml`). Unknown keys are kept apart and
become warnings; a wrong shape is an error, as it is there.
"""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from fairlead.mapping.expressions import double_quoted
from fairlead.mapping.rows import Term

_OPERATORS = frozenset(
    [
        "=",
        "!=",
        ">",
        ">=",
        "<",
        "<=",
        "contains",
        "doesNotContains",
        "beginsWith",
        "doesNotBeginsWith",
        "endsWith",
        "doesNotEndsWith",
        "containsAny",
        "in",
        "notIn",
        "isEmpty",
        "isNotEmpty",
        "between",
        "notBetween",
        "relatedTo",
        "matchAny",
    ]
)
_WORDS = {"combinator": frozenset({"and", "or"}), "operator": _OPERATORS}


def jq_text(value: object) -> str:
    """A scalar as jq text: YAML's `true` and `1` are meant as jq, and single quotes become double."""
    if isinstance(value, str):
        return double_quoted(value)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    what = "nothing" if value is None else "a list" if isinstance(value, list) else "an object"
    raise ValueError(f"expected jq text, got {what}")


def jq_field(value: object) -> str | None:
    """As `jq_text`; None (not mapped) where there is no text at all."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return jq_text(value)


def term(value: object) -> Term | None:
    """jq text, a list of terms, or a search query: an object with `combinator` and `rules`."""
    if isinstance(value, dict):
        if not {"combinator", "rules"} <= value.keys() or not isinstance(value["rules"], list):
            raise ValueError("an object here is a search query and needs `combinator` and a list of `rules`")
        return _inner("", value)
    if isinstance(value, list):
        return _inner("", value)
    return jq_field(value)


def _inner(key: str, value: object) -> Term:
    if isinstance(value, dict):
        return {str(name): _inner(str(name), part) for name, part in value.items()}
    if isinstance(value, list):
        return [_inner(key, part) for part in value]
    if value is None:
        return "null"
    if isinstance(value, str) and _is_word(key, value.strip()):
        return json.dumps(value.strip())
    return jq_text(value)


def _is_word(key: str, text: str) -> bool:
    """Operators and meta properties written without quotes: jq has no use for them, so they can only be meant."""
    return text in _WORDS.get(key, ()) or (key == "property" and text.startswith("$") and text[1:].isalpha())


JqText = Annotated[str, BeforeValidator(jq_text)]
JqField = Annotated[str | None, BeforeValidator(jq_field)]
AnyTerm = Annotated[object, BeforeValidator(term)]


def _several(value: object) -> object:
    return value if isinstance(value, list) else [value]


class _Model(BaseModel):
    model_config = ConfigDict(extra="allow", populate_by_name=True)

    def unknown(self) -> tuple[str, ...]:
        """Keys of this object that mean nothing to us."""
        return tuple(self.model_extra or ())


class Mappings(_Model):
    """`port.entity.mappings`: one entity."""

    identifier: AnyTerm
    blueprint: JqText
    title: JqField = None
    icon: JqField = None
    team: AnyTerm = None
    properties: dict[str, JqField] | None = None
    relations: dict[str, AnyTerm] | None = None


class Entity(_Model):
    """`port.entity`."""

    mappings: Annotated[list[Mappings], BeforeValidator(_several)] = Field(min_length=1)


class Port(_Model):
    """`port` of a resource."""

    entity: Entity
    items_to_parse: JqField = Field(None, alias="itemsToParse")
    items_name: str = Field("item", alias="itemsToParseName", min_length=1)
    items_transform: bool = Field(default=True, alias="itemsToParseTopLevelTransform")


class Selector(_Model):
    """`selector` of a resource; keys of the kind itself are left to `selectors`."""

    query: JqText
    export_env_variables: list[str] = Field([], alias="exportEnvVariables")


class Resource(_Model):
    """One of `resources`."""

    kind: str
    selector: Selector
    port: Port


class Document(_Model):
    """The whole file."""

    resources: list[Resource] = Field(min_length=1)
    create_missing_related_entities: bool = Field(default=True, alias="createMissingRelatedEntities")
    delete_dependent_entities: bool = Field(default=True, alias="deleteDependentEntities")
    merge_entity: bool = Field(default=True, alias="enableMergeEntity")
    deletion_threshold: float = Field(0.9, alias="entityDeletionThreshold", ge=0, le=1)
    # Where Port looked for its deprecated GitOps files; read, so that they are no surprise, and unused.
    use_default_branch: object = Field(None, alias="useDefaultBranch")
    branch: object = None
    spec_path: object = Field(None, alias="specPath")
