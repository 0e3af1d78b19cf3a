"""What goes into the `Authorization` header (reference: ways in, part 4.1)."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

import msgspec

from fairlead.model.errors import BadUsage
from fairlead.model.secrets import Secret

TokenProvider = Callable[[bool], Awaitable[Secret]]
"""Gives an access token for Azure DevOps; True asks for a fresh one because the last was refused."""


class PersonalAccessToken(msgspec.Struct, frozen=True):
    """A PAT, sent as HTTP Basic with an empty user name. Of any length: 52 and 84 characters are both usual."""

    token: Secret

    renewable = False

    async def authorization(self, *, fresh: bool = False) -> Secret:
        """The header's value. BadUsage for a token that cannot be one (blank, or with white space inside)."""
        value = self.token.reveal().strip()
        if not value or any(not "!" <= letter <= "~" for letter in value):
            raise BadUsage(
                "the personal access token is blank or has characters that no token has",
                advice="Copy the token again, without quotes or line breaks.",
            )
        return Secret("Basic " + base64.b64encode(f":{value}".encode()).decode())

    def secrets(self) -> tuple[Secret, ...]:
        """Texts that must not appear in a message."""
        return (self.token,)


class BearerToken(msgspec.Struct, frozen=True):
    """Access tokens from a provider (Microsoft Entra, a pipeline's job token), asked for before every request."""

    provider: TokenProvider

    renewable = True

    async def authorization(self, *, fresh: bool = False) -> Secret:
        """The header's value. The provider caches; `fresh` makes it ask its issuer again."""
        return Secret("Bearer " + (await self.provider(fresh)).reveal())

    def secrets(self) -> tuple[Secret, ...]:
        """Texts that must not appear in a message: the provider keeps its own."""
        return ()


Credential = PersonalAccessToken | BearerToken
