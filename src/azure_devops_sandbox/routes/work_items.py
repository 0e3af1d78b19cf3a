"""Work items by id, the recycle bin and the fields.

Facts: at most 200 ids at once, else VS403474; `fields` and `$expand` exclude each other; an id that is
missing, hidden or in the recycle bin fails the call, or gives null with the error policy `omit` (area
`wit`; reference of the API, parts 1.4 and 6). Ids are unique in the organization, so a project in the path
limits what is found.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from azure_devops_sandbox.calls import Answer, ApiError, Call, bad_argument, json_answer, listed
from azure_devops_sandbox.encoding.work_items import (
    EXPANDS,
    bin_detail,
    bin_entry,
    bin_reference,
    chosen_fields,
    work_item,
)
from azure_devops_sandbox.paging import whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.fields import FIELDS, Field
from azure_devops_sandbox.state.records import WorkItem

from .missing import no_work_item
from .queries import LIMIT as QUERY_LIMIT
from .queries import too_many_results

SCOPE = "vso.work"
LIMIT = 200
_TRACKING = "Microsoft.TeamFoundation.WorkItemTracking.WebApi"


def readable(call: Call, item_id: int) -> WorkItem | None:
    """Return a work item that is neither deleted nor hidden, or None."""
    item = call.organization.work_items.get(item_id)
    if item is None or item.deleted is not None or not call.access.permissions.sees_work_item(item):
        return None
    if call.project is not None and item.project != call.project.id:
        return None
    return item if call.organization.projects[item.project].state == "wellFormed" else None


def _many(call: Call, ids: Sequence[int], fields: Sequence[str], expand: str, omit: bool) -> Answer:
    if len(ids) > LIMIT:
        raise ApiError(
            400,
            "VssPropertyValidationException",
            f"VS403474: You passed {len(ids)} work item ids in the ids query parameter. The limit is {LIMIT}.",
            "Microsoft.VisualStudio.Services.Common",
        )
    if fields and expand != "none":
        raise ApiError(
            400,
            "ConflictingParametersException",
            "The expand parameter can not be used with the fields parameter.",
            _TRACKING,
        )
    organization, rows = call.organization, []
    for item_id in ids:
        item = readable(call, item_id)
        if item is not None:
            rows.append(
                chosen_fields(organization, item, fields) if fields else work_item(organization, item, expand)
            )
        elif omit:
            rows.append(b"null")
        else:
            raise no_work_item(item_id)
    return whole(call, rows)


def _expand(value: object) -> str:
    found = str(value or "none").lower()
    if found not in EXPANDS:
        raise bad_argument(f"The value '{value}' of '$expand' is not valid.")
    return found


def work_items_batch(call: Call) -> Answer:
    """Return work items by the ids of the body."""
    body = call.json()
    ids, fields = body.get("ids"), body.get("fields") or []
    if not isinstance(ids, list) or not all(isinstance(one, int) for one in ids):
        raise bad_argument("The ids of the batch are missing or not integers.")
    if not isinstance(fields, list):
        raise bad_argument("The fields of the batch are not a list.")
    omit = str(body.get("errorPolicy") or "fail").lower() == "omit"
    return _many(call, ids, [str(one) for one in fields], _expand(body.get("$expand")), omit)


def work_items_list(call: Call) -> Answer:
    """Return work items by the ids of the query."""
    words = call.words("ids")
    if not words or not all(one.isdigit() for one in words):
        raise bad_argument("The ids of the query are missing or not integers.")
    omit = (call.text("errorPolicy") or "fail").lower() == "omit"
    return _many(call, [int(one) for one in words], call.words("fields"), _expand(call.text("$expand")), omit)


def work_items_get(call: Call) -> Answer:
    """Return a work item."""
    text = call.params["id"]
    item = readable(call, int(text)) if text.isdigit() else None
    if item is None:
        raise no_work_item(text)
    fields, expand = call.words("fields"), _expand(call.text("$expand"))
    if fields:
        return Answer(chosen_fields(call.organization, item, fields))
    # A single work item has its links even without `$expand`, one of a list has not (recorded examples).
    return Answer(work_item(call.organization, item, "links" if expand == "none" else expand))


def _binned(call: Call) -> list[WorkItem]:
    organization, permissions, project = call.organization, call.access.permissions, call.project
    items = organization.work_items.values()
    return [
        one
        for one in items
        if one.deleted is not None
        and permissions.sees_work_item(one)
        and organization.projects[one.project].state == "wellFormed"
        and (project is None or one.project == project.id)
    ]


def recycle_bin_list(call: Call) -> Answer:
    """List the recycle bin: addresses only, or with `ids` what was deleted when and by whom."""
    binned, organization = _binned(call), call.organization
    if len(binned) > QUERY_LIMIT:
        raise too_many_results()
    if call.text("ids") is None:
        return whole(call, [orjson.dumps(bin_reference(organization, one)) for one in binned])
    by_id = {str(one.id): one for one in binned}
    rows = []
    for item_id in call.words("ids"):
        if item_id not in by_id:
            raise no_work_item(item_id)
        rows.append(orjson.dumps(bin_entry(organization, by_id[item_id])))
    return Answer(listed(rows))


def recycle_bin_get(call: Call) -> Answer:
    """Return one entry of the recycle bin with its work item."""
    found = next((one for one in _binned(call) if str(one.id) == call.params["id"]), None)
    if found is None:
        raise no_work_item(call.params["id"])
    return Answer(bin_detail(call.organization, found))


_OPERATIONS = {
    "Equals": "=", "NotEquals": "<>", "GreaterThan": ">", "LessThan": "<", "GreaterThanEquals": ">=",
    "LessThanEquals": "<=", "In": "In", "NotIn": "Not In",
}  # fmt: skip


def _field(call: Call, field: Field) -> dict[str, object]:
    return {
        "name": field.name,
        "referenceName": field.reference,
        "type": field.type,
        "usage": "workItem",
        "readOnly": field.read_only,
        "canSortBy": field.type not in {"html", "history", "plainText"},
        "isQueryable": True,
        "supportedOperations": [
            {"referenceName": f"SupportedOperations.{name}", "name": sign}
            for name, sign in _OPERATIONS.items()
        ],
        "isIdentity": field.type == "identity",
        "isPicklist": False,
        "isPicklistSuggested": False,
        "isDeleted": False,
        "isLocked": False,
        "url": f"{call.organization.base_url}/_apis/wit/fields/{field.reference}",
    }


def fields_list(call: Call) -> Answer:
    """List the work item fields."""
    value = [_field(call, one) for one in FIELDS.values()]
    return json_answer({"count": len(value), "value": value})


ROUTES = (
    Route("work-items.batch", "POST", "op", "_apis/wit/workitemsbatch", work_items_batch, SCOPE),
    Route("work-items.list", "GET", "op", "_apis/wit/workitems", work_items_list, SCOPE),
    Route("work-items.get", "GET", "op", "_apis/wit/workitems/{id}", work_items_get, SCOPE),
    Route("recycle-bin.list", "GET", "op", "_apis/wit/recyclebin", recycle_bin_list, SCOPE),
    Route("recycle-bin.get", "GET", "op", "_apis/wit/recyclebin/{id}", recycle_bin_get, SCOPE),
    Route("fields.list", "GET", "op", "_apis/wit/fields", fields_list, SCOPE),
)
