"""Finds and makes areas and iterations."""

from __future__ import annotations

from .organization import Organization
from .planning import Kind, Node
from .records import Project


def find_node(organization: Organization, project: str, kind: Kind, path: str) -> Node | None:
    """Find a node by the path that work items have; the first part is the name of the project."""
    node = organization.trees.get((project, kind))
    first, *rest = path.split("\\")
    if node is None or first.casefold() != node.name.casefold():
        return None
    return descend(node, rest)


def descend(node: Node, names: list[str]) -> Node | None:
    """Follow names down from a node."""
    found: Node | None = node
    for name in names:
        found = found.child(name) if found is not None else None
    return found


def ensure_node(organization: Organization, project: Project, kind: Kind, path: str) -> Node:
    """Return the node of a path, made with what is missing above it. Raises ValueError for another project."""
    first, *rest = path.split("\\")
    if first.casefold() != project.name.casefold():
        raise ValueError(f"TF51011: the {kind} path {path!r} is not one of project {project.name!r}")
    node = organization.trees.get((project.id, kind))
    if node is None:
        node = organization.trees[project.id, kind] = _new(organization, project, kind, project.name, None)
    for name in rest:
        node = node.child(name) or _new(organization, project, kind, name, node)
    return node


def _new(organization: Organization, project: Project, kind: Kind, name: str, parent: Node | None) -> Node:
    node = Node(
        id=organization.next_number("classification node"),
        identifier=organization.new_guid("classification node"),
        project=project.id,
        kind=kind,
        name=name,
        parent=parent,
    )
    organization.nodes[node.id] = node
    if parent is not None:
        parent.children.append(node)
    organization.touch(node, node.root)
    return node
