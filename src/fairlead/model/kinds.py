"""What is known of a kind, as data: how it is listed, read again, proved absent, and what that needs."""

from __future__ import annotations

from typing import Literal

import msgspec

Selector = dict[str, object]
"""A mapping row's selector without `query`, as the configuration gives it (keys in Port's spelling)."""


class Route(msgspec.Struct, frozen=True):
    """One operation of the REST API.

    `path` is below the organization URL (or the area's host), with `{project}`, `{team}`, `{id}` … to fill in.
    `area` names the host it lives on (`core`, `release` …). `version` is the api-version sent.
    """

    path: str
    version: str
    method: Literal["GET", "POST"] = "GET"
    area: str = "core"


class Listing(msgspec.Struct, frozen=True):
    """One form of listing a kind.

    `per` is the parent kind whose records the route is repeated for, "" for one chain over the organization.
    `paging` is one of the styles of the API: a single answer, a token in the `x-ms-continuationtoken` header (or the
    body), `$top`/`$skip`, or ids by WIQL in id order. `size` is the page size asked for, by the parameter `size_name`;
    0 leaves it to the server. `safe_size` is the size below which a short page surely is the last (skip paging only).
    `holds`: the answer is a list of objects, or one object.
    """

    route: Route
    per: str
    paging: Literal["single", "token", "skip", "wiql"]
    size: int = 0
    safe_size: int = 0
    size_name: str = "$top"
    holds: Literal["list", "object"] = "list"


class Derivation(msgspec.Struct, frozen=True):
    """A derived kind: a function of another kind's record, written in jq, never read or stored by itself.

    `items` is jq over the base record (with its enrichments) that yields the derived objects; `key` is jq over
    one derived object that yields a text unique within the base record. `needs` are options that the base's
    fetch-spec must have for it, beside those that rows ask for.
    """

    kind: str
    base: str
    items: str
    key: str
    needs: tuple[tuple[str, object], ...] = ()


class KindSpec(msgspec.Struct, frozen=True):
    """A type of resource. Everything but `read` functions is here, so that docs and tests can loop over it.

    `listings`: forms in order of preference; the next is tried where the server does not know the one before.
    `detail`: the request per item (`batch` = 1) or per `batch` items that a listing must be completed with.
    `membership`: *all* the parent's objects, those inside a *filter* that objects leave without changing, or those in
    a *window* that a record's own content, the time of the reading and its neighbors tell. `top` names the option
    that bounds a window to the newest N of a parent.
    `tombstone`: the route that lists removed objects, None where the API has none.
    `exact`: whether one walk of the listing can be trusted as a whole (one answer, token or id range).
    `moves`: whether an object can change its parent. `volatile`: top-level fields left out of the change hash.
    `scope`: the PAT scope it takes; `probe`: the cheapest request that shows whether it is there.
    `changes`: where a delta reading learns of changes. `settles`: objects come to a state in which their detail does
    not change unless what is listed of them does. `hooks`: service-hook events that touch it.
    `mapped`: False for kinds that are only read as parents of others.
    """

    kind: str
    parent: str
    listings: tuple[Listing, ...]
    read: Route
    read_batch: int = 1
    detail: Route | None = None
    detail_batch: int = 1
    options: tuple[str, ...] = ()
    membership: Literal["all", "filter", "window"] = "all"
    top: str = ""
    tombstone: Route | None = None
    exact: bool = True
    moves: bool = False
    version_field: str = ""
    volatile: tuple[str, ...] = ()
    changes: Literal["relist", "feed", "changed-since"] = "relist"
    settles: bool = False
    scope: str = ""
    probe: Route | None = None
    hooks: tuple[str, ...] = ()
    cost: Literal["organization", "per parent", "per object"] = "organization"
    mapped: bool = True


class FetchSpec(msgspec.Struct, frozen=True):
    """What one reading of a kind must bring: the union of what all mapping rows of the kind need.

    `options` holds the union in canonical form (sorted keys); never a selector's `query`. `hash` identifies it.
    `instant` (epoch seconds) is what windows count back from, the same for all of a reading; not part of the hash.
    """

    kind: str
    options: tuple[tuple[str, object], ...]
    hash: str
    instant: float = 0.0

    def option(self, name: str, default: object = None) -> object:
        """The option's value, `default` where no row asks for it."""
        return next((value for key, value in self.options if key == name), default)
