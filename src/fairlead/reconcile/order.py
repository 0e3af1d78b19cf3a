"""The order in which blueprints depend on one another."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from fairlead.model.blueprints import Blueprint


def dependency_order(blueprints: Mapping[str, Blueprint]) -> list[str]:
    """Blueprint identifiers, targets of relations before those that point to them; a cycle is cut at its relations
    that are not required, and if that is not enough the names' order stands."""
    for required_only in (False, True):
        graph = {
            name: {
                relation.target
                for relation in blueprint.relations.values()
                if relation.target in blueprints
                and relation.target != name
                and (relation.required or not required_only)
            }
            for name, blueprint in sorted(blueprints.items())
        }
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError:
            continue
    return sorted(blueprints)
