"""Who is told of changes: the addresses of the settings, and those that blueprints name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from fairlead.app.settings.values import Settings, WebhookSettings
from fairlead.app.wiring import Webhook, open_webhook
from fairlead.model.blueprints import Blueprint
from fairlead.model.errors import BadMapping, BadUsage
from fairlead.model.secrets import Secret

SETTING = "webhook"
BLUEPRINT = "changelog"
"""Roles: the same address may be in the settings and at a blueprint, and has a place for each."""


class _Destination(msgspec.Struct, frozen=True):
    type: str = ""
    url: str = ""
    agent: bool = False


class _Definition(msgspec.Struct, frozen=True):
    changelog: _Destination | None = msgspec.field(default=None, name="changelogDestination")


@asynccontextmanager
async def destinations_of(
    settings: Settings, blueprints: Sequence[Blueprint]
) -> AsyncIterator[tuple[list[Webhook], list[str]]]:
    """The destinations of a run, and what there is to say about those that are none.

    Where Port is a target, what blueprints name is Port's to tell. BadUsage for an address of the settings, BadMapping
    for a blueprint's, that cannot be meant.
    """
    known = {blueprint.identifier for blueprint in blueprints}
    notices = [
        f"setting webhooks.{number}: there is no blueprint {name}"
        for number, webhook in enumerate(settings.webhooks)
        for name in webhook.blueprints
        if name not in known
    ]
    found = [_set(number, webhook) for number, webhook in enumerate(settings.webhooks)]
    if settings.port is None:
        found += _named(settings.changelog_secret, blueprints, notices)
    keys = [destination.key for destination in found]
    for destination in found:
        if keys.count(destination.key) > 1:
            raise BadUsage(
                f"setting webhooks: an address at {destination.name.removeprefix('webhook:')} is given twice",
                advice="give it once, with the blueprints of both",
            )
    try:
        yield found, notices
    finally:
        for destination in found:
            await destination.close()


def _set(number: int, webhook: WebhookSettings) -> Webhook:
    try:
        return open_webhook(webhook, SETTING)
    except BadUsage as error:
        raise BadUsage(f"setting webhooks.{number}: {error.message}", advice=error.advice) from None


def _named(secret: Secret | None, blueprints: Sequence[Blueprint], notices: list[str]) -> list[Webhook]:
    """One destination for each address, whichever blueprints name it."""
    wanted: dict[str, list[str]] = {}
    for blueprint in blueprints:
        url, notice = _address(blueprint, secret)
        if notice:
            notices.append(f"blueprint {blueprint.identifier}: changelogDestination: {notice}")
        if url:
            wanted.setdefault(url, []).append(blueprint.identifier)
    found: list[Webhook] = []
    for url, names in wanted.items():
        assert secret is not None  # noqa: S101 - without one, no blueprint gives an address
        try:
            found.append(open_webhook(WebhookSettings(Secret(url), secret, tuple(names)), BLUEPRINT))
        except BadUsage as error:
            raise BadMapping(
                f"blueprint {names[0]}: changelogDestination: {error.message}", advice=error.advice
            ) from None
    return found


def _address(blueprint: Blueprint, secret: Secret | None) -> tuple[str, str]:
    """The address that is told of a blueprint's changes, "" where none is; and what there is to say."""
    try:
        named = msgspec.json.decode(blueprint.definition, type=_Definition).changelog
    except msgspec.ValidationError:
        return "", "it is not one that Port knows, so that nobody is told"
    if named is None or not named.type:
        return "", ""
    if named.type != "WEBHOOK":
        return "", f"{named.type} is not told; use an address (WEBHOOK), or the setting webhooks"
    if named.agent:
        return "", "Port's agent is not told; give an address that can be reached, without agent"
    if not secret:
        return "", "nobody is told without a secret to sign with; set changelog_secret"
    return named.url, "" if named.url else "it has no url"
