"""Work items, their revisions and the recycle bin as the area `wit` answers them.

Forms of a work item: without `$expand` its fields; with `fields`, `relations`, `links` or `all` the fields that
the system keeps (System.Id, System.Rev, ...), relations and links as the recorded example `expand-all` shows
them. Fields without a value are absent. The reporting feed writes identities as
`Name <mail>` unless identity references are asked for, and leaves long texts out unless `$expand=fields`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from azure_devops_sandbox.formats import date3, segment
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.planning import Kind
from azure_devops_sandbox.state.records import Fields, Identity, Relation, Revision, WorkItem
from azure_devops_sandbox.state.trees import find_node

from . import kept, link, person

EXPANDS = ("none", "relations", "fields", "links", "all")
LONG_TEXTS = frozenset({"System.Description", "System.History", "Microsoft.VSTS.TCM.ReproSteps"})
_END = "9999-01-01T00:00:00Z"


def work_item_url(organization: Organization, project: str | None, item_id: int) -> str:
    """Return the address of a work item."""
    middle = f"/{project}" if project else ""
    return f"{organization.base_url}{middle}/_apis/wit/workItems/{item_id}"


def work_item(organization: Organization, item: WorkItem, expand: str) -> bytes:
    """Return a work item in one of the forms of `EXPANDS`."""

    def build() -> dict[str, Any]:
        fields = _written(organization, item.fields)
        if expand in {"fields", "all"}:
            fields.update(_system_fields(organization, item))
        found: dict[str, Any] = {"id": item.id, "rev": item.rev, "fields": fields}
        if expand in {"relations", "all"} and item.relations:
            found["relations"] = [_relation(organization, item, one) for one in item.relations]
        if expand in {"links", "all"}:
            found["_links"] = _links(organization, item)
        found["url"] = work_item_url(organization, item.project, item.id)
        return found

    return kept(item, expand, item.version, build)


def chosen_fields(organization: Organization, item: WorkItem, names: Iterable[str]) -> bytes:
    """Return a work item with these fields only (names ignore case)."""
    wanted = {name.casefold() for name in names}
    known = {**item.fields, **_raw_system_fields(item)}
    fields = {name: value for name, value in known.items() if name.casefold() in wanted}
    return orjson.dumps(
        {
            "id": item.id,
            "rev": item.rev,
            "fields": _written(organization, fields),
            "url": work_item_url(organization, item.project, item.id),
        }
    )


def _written(organization: Organization, fields: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, datetime):
            found[name] = date3(value)
        elif isinstance(value, Identity):
            found[name] = person(organization, value)
        else:
            found[name] = value
    return found


def _raw_system_fields(item: WorkItem) -> dict[str, Any]:
    return {
        "System.Id": item.id,
        "System.Rev": item.rev,
        "System.Watermark": item.watermark,
        "System.AuthorizedDate": item.fields["System.ChangedDate"],
    }


def _system_fields(organization: Organization, item: WorkItem) -> dict[str, Any]:
    area, iteration = str(item.fields["System.AreaPath"]), str(item.fields["System.IterationPath"])
    found = {
        "System.Id": item.id,
        "System.AreaId": _node_id(organization, item, "area", area),
        "System.NodeName": area.rsplit("\\", 1)[-1],
        "System.Rev": item.rev,
        "System.AuthorizedDate": date3(item.fields["System.ChangedDate"]),
        "System.RevisedDate": _END,
        "System.IterationId": _node_id(organization, item, "iteration", iteration),
        "System.AuthorizedAs": person(organization, item.fields["System.ChangedBy"]),
        "System.PersonId": sum(item.fields["System.ChangedBy"].id.encode()),
        "System.Watermark": item.watermark,
    }
    for kind, path in (("Area", area), ("Iteration", iteration)):
        found.update({f"System.{kind}Level{depth}": part for depth, part in enumerate(path.split("\\"), 1)})
    return found


def _node_id(organization: Organization, item: WorkItem, kind: Kind, path: str) -> int:
    node = find_node(organization, item.project, kind, path)
    if node is None:
        raise LookupError(f"work item {item.id} is in the {kind} {path!r}, which is not there")
    return node.id


def _relation(organization: Organization, item: WorkItem, relation: Relation) -> dict[str, Any]:
    url = relation.url
    if relation.target is not None:
        url = work_item_url(organization, item.project, relation.target)
    return {"rel": relation.rel, "url": url, "attributes": dict(relation.attributes)}


def _links(organization: Organization, item: WorkItem) -> orjson.Fragment:
    """Return the links from a template per project and type, since all of them differ only in the id."""
    kind = str(item.fields["System.WorkItemType"])
    key = ("links", item.project, kind)
    template = organization.lasting.get(key)
    if template is None:
        template = organization.lasting[key] = orjson.dumps(_link_template(organization, item.project, kind))
    return orjson.Fragment(template.replace(b"@id", str(item.id).encode()))


def _link_template(organization: Organization, project: str, kind: str) -> dict[str, dict[str, str]]:
    base = f"{organization.base_url}/{project}"
    url = f"{base}/_apis/wit/workItems/@id"
    return {
        "self": link(url),
        "workItemUpdates": link(f"{url}/updates"),
        "workItemRevisions": link(f"{url}/revisions"),
        "workItemHistory": link(f"{url}/history"),
        "html": link(f"{base}/_workitems/edit/@id"),
        "workItemType": link(f"{base}/_apis/wit/workItemTypes/{segment(kind)}"),
        "fields": link(f"{base}/_apis/wit/fields"),
    }


def feed_row(
    organization: Organization,
    row: Revision,
    names: frozenset[str] | None,
    *,
    references: bool,
    long_texts: bool,
) -> bytes:
    """Return a row of the reporting feed; `names` (case folded) limits the fields."""
    known: dict[str, Any] = {"System.Id": row.id, "System.Rev": row.rev, **row.fields}
    known["System.Watermark"] = row.watermark
    revised = organization.revised.get((row.id, row.rev))
    known["System.RevisedDate"] = _END if revised is None else revised
    if row.deleted:
        known["System.IsDeleted"] = True
    fields: dict[str, Any] = {}
    for name, value in known.items():
        if names is not None and name.casefold() not in names:
            continue
        if name in LONG_TEXTS and not (long_texts or names):
            continue
        fields[name] = _feed_value(organization, value, references)
    return orjson.dumps({"id": row.id, "rev": row.rev, "fields": fields})


def _feed_value(organization: Organization, value: object, references: bool) -> object:
    if isinstance(value, datetime):
        return date3(value)
    if isinstance(value, Identity):
        return person(organization, value) if references else str(value)
    return value


def bin_reference(organization: Organization, item: WorkItem) -> dict[str, Any]:
    """Return an entry of the recycle bin, as the list without ids has it."""
    return {"id": item.id, "url": f"{organization.base_url}/{item.project}/_apis/wit/recycleBin/{item.id}"}


def bin_entry(organization: Organization, item: WorkItem) -> dict[str, Any]:
    """Return an entry of the recycle bin, as the list by ids has it."""
    project = organization.projects[item.project]
    return {
        "id": item.id,
        "code": 200,
        "type": item.fields["System.WorkItemType"],
        "name": item.fields["System.Title"],
        "project": project.name,
        "deletedDate": date3(item.deleted) if item.deleted else None,
        "deletedBy": str(item.deleted_by),
        "url": f"{organization.base_url}/{item.project}/_apis/wit/recycleBin/{item.id}",
    }


def bin_detail(organization: Organization, item: WorkItem) -> bytes:
    """Return an entry of the recycle bin with the work item inside."""
    found = bin_entry(organization, item)
    found["resource"] = orjson.Fragment(work_item(organization, item, "links"))
    return orjson.dumps(found)
