"""What stays of the answers to search queries when the record that asks them is mapped again."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from fairlead.model.entities import Contribution, Fragment, Json
from fairlead.model.stored import StoredContribution
from fairlead.reconcile.canonical import decode_fragment
from fairlead.reconcile.merge import has_query


def last_answers(
    before: Sequence[StoredContribution], contribution: Contribution
) -> tuple[dict[str, Json], int]:
    """The answers to those of its queries that the record has asked before, and the entity that was found (0: none).

    They hold until they are asked again, so that a target that cannot be searched clears nothing: not where the record
    has changed, nor where its row has.
    """
    kept: dict[str, Json] = {}
    relations: dict[str, Json] = {}
    entity = 0
    if not contribution.query and not has_query(contribution.fragment):
        return kept, entity
    for one in before:
        if not one.resolved or one.blueprint != contribution.blueprint:
            continue
        answers: dict[str, Json] = orjson.loads(one.resolved)
        if contribution.query and one.query == contribution.query and not entity:
            entity = one.entity
            kept |= {name: answers[name] for name in ("identifier", "foreign") if name in answers}
        asked = decode_fragment(one.fragment)
        if "team" in answers and asked.team == contribution.fragment.team:
            kept.setdefault("team", answers["team"])
        relations = _relations(answers, asked, contribution.fragment) | relations
    return kept | ({"relations": relations} if relations else {}), entity


def _relations(answers: dict[str, Json], asked: Fragment, now: Fragment) -> dict[str, Json]:
    found = answers.get("relations")
    return {
        name: value
        for name, value in (found if isinstance(found, dict) else {}).items()
        if isinstance(now.relations.get(name), dict) and now.relations[name] == asked.relations.get(name)
    }
