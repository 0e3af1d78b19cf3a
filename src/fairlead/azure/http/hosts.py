"""The clients of one identity: one per host, found by a route's area."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from fairlead.azure.http.answers import Answer
from fairlead.azure.http.calls import Call
from fairlead.azure.http.client import Client, Setting
from fairlead.model.errors import BadCredential, NotPermitted, NotThere
from fairlead.model.kinds import Route
from fairlead.model.source import Number, Traffic

CONNECTION_DATA = Route("_apis/connectionData", "")
"""Needs no scope, and no version: it is a preview resource everywhere, and the specs do not list it."""

ANONYMOUS = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
"""The user id that public organizations show to a request without a valid credential."""

TRUSTED_FOR = 60.0
"""Seconds that one answer of connectionData speaks for the 401s around it."""


class User(msgspec.Struct, frozen=True, rename="camel"):
    """An identity in `connectionData`."""

    id: str = ""
    provider_display_name: str | None = None
    custom_display_name: str | None = None


class ConnectionData(msgspec.Struct, frozen=True, rename="camel"):
    """What `_apis/connectionData` says of the credential and the organization."""

    authenticated_user: User = User()
    instance_id: str = ""
    deployment_type: str = ""


class Hosts:
    """Sends calls to the host of their area; knows whether the credential works at all."""

    def __init__(self, urls: Mapping[str, str], setting: Setting) -> None:
        """`urls` by area; the one of `core` serves every area that has none."""
        self._setting = setting
        self._clients: dict[str, Client] = {}
        self._areas: dict[str, Client] = {}
        for area, url in urls.items():
            base = url.rstrip("/")
            if base not in self._clients:
                self._clients[base] = Client(base, setting, self._works)
            self._areas[area] = self._clients[base]
        self._checked_at = float("-inf")
        self._good = False
        self._checking = asyncio.Lock()

    def client(self, area: str) -> Client:
        """The client of the area's host."""
        return self._areas.get(area, self._areas["core"])

    async def send(self, call: Call, number: Number) -> Answer:
        """See `Client.send`."""
        return await self.client(call.route.area).send(call, number)

    async def connection_data(self) -> ConnectionData:
        """Who this is. BadCredential where the service takes the request as anonymous, too."""
        answer = await self.send(Call(CONNECTION_DATA, proves=True), lambda: 0)
        try:
            data = msgspec.json.decode(answer.body, type=ConnectionData)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotThere(f"the address does not answer as Azure DevOps does: {error}") from error
        if data.authenticated_user.id.lower() == ANONYMOUS:
            raise BadCredential("the service takes the requests as anonymous: the credential is not accepted")
        return data

    async def _works(self) -> bool:
        """Whether a 401 elsewhere is about scope only. Asked once for all requests that meet one together."""
        async with self._checking:
            if self._setting.clock() - self._checked_at >= TRUSTED_FOR:
                try:
                    await self.connection_data()
                    self._good = True
                except (BadCredential, NotPermitted, NotThere):
                    self._good = False
                self._checked_at = self._setting.clock()
        return self._good

    def traffic(self) -> Traffic:
        """What all hosts have cost so far."""
        return self._setting.ledger.traffic()

    async def close(self) -> None:
        """Closes every connection."""
        for client in self._clients.values():
            await client.close()
