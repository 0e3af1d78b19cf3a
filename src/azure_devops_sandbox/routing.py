"""From method and path to a route.

A path is `/{organization}/[{project}/[{team}/]]_apis/...`; segments behind `_apis` ignore case. A template is
written from `_apis` on, and `levels` says where it may stand: `o` organization, `p` project, `t` team. A last
part such as `{*path}` takes all that follows (at least one segment).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from .calls import Answer, Call

Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the API."""

    name: str
    method: str
    levels: str
    template: str
    handler: Handler
    scope: str | None
    preview_only: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A route with what the path filled in."""

    route: Route
    params: Mapping[str, str]
    project: str | None
    team: str | None


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    param: _Node | None = None
    param_name: str = ""
    takes_rest: bool = False
    routes: dict[str, Route] = field(default_factory=dict)


class Router:
    """Finds the route of a request in a tree of path segments."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._root = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        for part in route.template.split("/")[1:]:
            if part.startswith("{"):
                node.param = node.param or _Node(takes_rest=part[1] == "*")
                node.param_name = part.strip("{*}")
                node = node.param
            else:
                node = node.literal.setdefault(part.lower(), _Node())
        node.routes[route.method] = route

    def find(self, method: str, segments: Sequence[str]) -> Match | None:
        """Return the route for the raw segments behind the organization, or None."""
        try:
            place = next(index for index, one in enumerate(segments[:3]) if one.lower() == "_apis")
        except StopIteration:
            return None
        node, params = self._root, {}
        parts = [one for one in segments[place + 1 :] if one]
        for index, raw in enumerate(parts):
            below = node.literal.get(raw.lower())
            if below is None:
                if node.param is None:
                    return None
                below = node.param
                rest = parts[index:] if below.takes_rest else [raw]
                params[node.param_name] = "/".join(unquote(one) for one in rest)
            node = below
            if node.takes_rest:
                break
        route = node.routes.get(method)
        if route is None or "opt"[place] not in route.levels:
            return None
        before = [unquote(one) for one in segments[:place]]
        return Match(route, params, before[0] if before else None, before[1] if len(before) > 1 else None)
