"""What Port holds: the entities of a blueprint, and those that one integration wrote.

Sources: the route *Search a blueprint's entities* of Port's API reference (paged, at most 1000 entities), the route
`entities/search` (all at once) where that one is not served, and the route `datasource-entities`, by which Port's own
framework finds what its integration wrote: its User-Agent is an entity's datasource.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import cast

import msgspec

from fairlead.model.delivery import Held
from fairlead.model.entities import Body, EntityKey, Json
from fairlead.model.errors import IncompleteReading
from fairlead.targets.port.answers import Answer, read
from fairlead.targets.port.client import EXPORTER, PortClient
from fairlead.targets.port.settings import INTEGRATION_TYPE, PortSettings

PAGE = 1_000
OWNED_PAGE = 5_000
_NO_ROUTE = frozenset({400, 404, 405, 422})
_PLAIN = {"exclude_calculated_properties": "true"}


class _Entity(msgspec.Struct, frozen=True):
    identifier: str
    title: str | None = None
    icon: str | None = None
    # JSON of any shape: the model's recursive type is not one that can be decoded to.
    team: object = None
    properties: dict[str, object] | None = None
    relations: dict[str, object] | None = None

    def held(self) -> Held:
        return Held(
            self.identifier,
            Body(
                title=self.title,
                icon=self.icon,
                team=cast(Json, self.team),
                properties=_filled(self.properties),
                relations=_filled(self.relations),
            ),
        )


class _Entities(msgspec.Struct, frozen=True):
    entities: list[_Entity]
    next: str | None = None


class _Owned(msgspec.Struct, frozen=True):
    entities: list[EntityKey]
    next: str | None = None


class PortHoldings:
    """Reads entities of one Port organization. Every method raises as `PortClient` for what is refused."""

    def __init__(self, settings: PortSettings, client: PortClient) -> None:
        self._settings = settings
        self._client = client

    async def entities(self, blueprint: str, include: Sequence[str] = ()) -> AsyncGenerator[list[Held], None]:
        """Every entity of a blueprint, by pages; none where there is no such blueprint.

        `include` names what is wanted of each (`properties.<name>`, `relations.<name>`, `title` …); the identifier
        comes always, and everything where nothing is named.
        """
        body: dict[str, object] = {"limit": PAGE}
        if include:
            body["include"] = list(dict.fromkeys(["identifier", *include]))
        after: str | None = None
        while True:
            answer = await self._ask(
                ("blueprints", blueprint, "entities", "search"),
                body if after is None else {**body, "from": after},
            )
            if after is None and answer.status in _NO_ROUTE:
                async for page in self._at_once(blueprint):
                    yield page
                return
            self._client.check(answer, f"the entities of {blueprint}")
            found = read(answer, _Entities, f"the entities of {blueprint}")
            yield [entity.held() for entity in found.entities]
            if not found.next:
                return
            after = _onward(found.next, after, f"the entities of {blueprint}")

    async def owned(self) -> AsyncGenerator[list[EntityKey], None]:
        """Every entity that an integration of this identifier wrote last, whatever its version. NotThere where Port
        does not serve the list."""
        body: dict[str, object] = {
            "datasource_prefix": f"port-ocean/{INTEGRATION_TYPE}/",
            "datasource_suffix": f"/{self._settings.identifier}/{EXPORTER}",
            "limit": OWNED_PAGE,
        }
        after: str | None = None
        while True:
            answer = await self._ask(
                ("blueprints", "entities", "datasource-entities"),
                body if after is None else {**body, "from": after},
            )
            self._client.check(answer, "what this integration wrote")
            page = read(answer, _Owned, "what this integration wrote")
            yield page.entities
            if not page.next:
                return
            after = _onward(page.next, after, "what this integration wrote")

    async def _at_once(self, blueprint: str) -> AsyncGenerator[list[Held], None]:
        if (await self._client.request("GET", ("blueprints", blueprint))).status == 404:
            return
        rule = {"property": "$blueprint", "operator": "=", "value": blueprint}
        answer = await self._ask(("entities", "search"), {"combinator": "and", "rules": [rule]})
        self._client.check(answer, f"the entities of {blueprint}")
        found = read(answer, _Entities, f"the entities of {blueprint}").entities
        for start in range(0, len(found), PAGE):
            yield [entity.held() for entity in found[start : start + PAGE]]

    async def _ask(self, path: tuple[str, ...], body: dict[str, object]) -> Answer:
        return await self._client.request(
            "POST", path, query=_PLAIN, body=msgspec.json.encode(body), feature=EXPORTER
        )


def _filled(values: dict[str, object] | None) -> dict[str, Json]:
    return {name: cast(Json, value) for name, value in (values or {}).items() if value is not None}


def _onward(given: str, before: str | None, what: str) -> str:
    """The next cursor. IncompleteReading for one that was there before: the list would never end."""
    if given == before:
        raise IncompleteReading(f"Port repeats a page of {what}")
    return given
