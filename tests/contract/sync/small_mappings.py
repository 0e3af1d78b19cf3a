"""Mappings of a few kinds, in the blueprints of the example of every kind: a test then sees only what it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import yaml

from fault.product import EVERY_KIND, Rules, rules_of, texts_of

PARENTS = ("project", "repository")


@asynccontextmanager
async def rules_for(*kinds: str, leaving: str = "remove", **selector: object) -> AsyncIterator[Rules]:
    """The example's rows of these kinds and of projects and repositories. `selector` is added to the first kind's.

    What leaves a window is removed, as Port does, or kept, as preset `standard` does.
    """
    rows = [
        row
        for row in yaml.safe_load(texts_of(EVERY_KIND)[0])["resources"]
        if row["kind"] in {*PARENTS, *kinds}
    ]
    for row in rows:
        if row["kind"] == "repository":
            row["selector"].pop("includedFiles")
            row["port"]["entity"]["mappings"]["properties"] = {"url": ".remoteUrl"}
        if row["kind"] == kinds[0]:
            row["selector"].update(selector)
    text = yaml.safe_dump({"resources": rows}, allow_unicode=True, sort_keys=False)
    async with rules_of(EVERY_KIND, text) as rules:
        yield Rules(
            EVERY_KIND if leaving == "remove" else "standard",
            rules.configuration,
            rules.blueprints,
            rules.mapping_text,
            rules.blueprints_text,
            rules.mapper,
        )
