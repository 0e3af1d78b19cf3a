"""Areas and iterations of projects, and what the teams chose of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .records import Stateful

Kind = Literal["area", "iteration"]
KINDS: tuple[Kind, Kind] = ("area", "iteration")


@dataclass(eq=False, slots=True, kw_only=True)
class Node(Stateful):
    """An area or iteration; the root of a project's tree has no parent and the name of the project.

    `children` are in the order in which they came. The version of the root is that of the whole tree.
    """

    id: int
    identifier: str
    project: str
    kind: Kind
    name: str
    parent: Node | None
    children: list[Node] = field(default_factory=list, repr=False)
    start: datetime | None = None
    finish: datetime | None = None

    @property
    def names(self) -> list[str]:
        """The names from the root (the project) to this node."""
        return [self.name] if self.parent is None else [*self.parent.names, self.name]

    @property
    def path(self) -> str:
        """The path as work items have it: without a part for the kind of tree."""
        return "\\".join(self.names)

    @property
    def root(self) -> Node:
        """The root of the tree."""
        return self if self.parent is None else self.parent.root

    def child(self, name: str) -> Node | None:
        """Return the child with a name; names ignore case."""
        wanted = name.casefold()
        return next((one for one in self.children if one.name.casefold() == wanted), None)

    def below(self) -> list[Node]:
        """Return the nodes below this one, parents first."""
        return [found for child in self.children for found in (child, *child.below())]


@dataclass(slots=True, kw_only=True)
class TeamPlan(Stateful):
    """What a team works on: areas (with whether those below belong to it), the first of them its default one,
    and iterations. A team without areas has never been set up for boards.
    """

    team: str
    project: str
    areas: dict[int, bool] = field(default_factory=dict)
    iterations: list[int] = field(default_factory=list)
