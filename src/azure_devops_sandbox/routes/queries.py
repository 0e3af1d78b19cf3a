"""Queries (WIQL).

Facts: at most 20,000 results without `$top`, else 400 VS402337; the answer has ids and addresses only; a
query at organization level goes over all projects (area `wit`, Wiql; reference of the API, part 1.4).
"""

from __future__ import annotations

import orjson

from azure_devops_sandbox.calls import Answer, ApiError, Call, bad_argument
from azure_devops_sandbox.encoding.work_items import work_item_url
from azure_devops_sandbox.formats import date3
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.fields import Field
from azure_devops_sandbox.state.records import WorkItem
from azure_devops_sandbox.wiql import Context, QueryError, Result, parse, run_query

SCOPE = "vso.work"
LIMIT = 20_000
_TRACKING = "Microsoft.TeamFoundation.WorkItemTracking.Server"


def visible_items(call: Call) -> list[WorkItem]:
    """Return the work items of the project (or of all projects) that are not deleted and not hidden."""
    organization, permissions, project = call.organization, call.access.permissions, call.project

    def find() -> list[WorkItem]:
        live = {one.id for one in organization.live_projects()} if project is None else {project.id}
        items = (
            organization.work_items.values()
            if project is None
            else organization.of_project(organization.work_items, project.id)
        )
        return [
            one
            for one in items
            if one.deleted is None and one.project in live and permissions.sees_work_item(one)
        ]

    return organization.derived(("work items", project and project.id, permissions), find)


def too_many_results() -> ApiError:
    """Return the error for more than 20,000 results."""
    return ApiError(
        400,
        "WorkItemTrackingQueryResultSizeLimitExceededException",
        "VS402337: The number of work items returned exceeds the size limit of 20000. Change the query to return "
        "fewer items.",
        _TRACKING,
    )


def wiql_query(call: Call) -> Answer:
    """Run a query."""
    text = call.json().get("query")
    if not isinstance(text, str) or not text.strip():
        raise bad_argument("VS403437: The query text of the request is missing.")
    context = Context(
        call.organization.clock.now(),
        call.project.name if call.project else None,
        call.access.identity,
        call.flag("timePrecision"),
    )
    try:
        result = run_query(parse(text), visible_items(call), context)
    except QueryError as error:
        raise ApiError(400, error.type_key, str(error), _TRACKING) from error
    if call.text("$top") is None and len(result.items) > LIMIT:
        raise too_many_results()
    top = call.number("$top", LIMIT)
    if top < 0 or top > LIMIT:
        raise bad_argument(f"VS402337: The value of $top must be between 0 and {LIMIT}.")
    return _answer(call, result, top)


def _answer(call: Call, result: Result, top: int) -> Answer:
    organization = call.organization
    found = result.items[:top]
    dropped = min(call.effects.trim, len(found))
    if dropped:
        call.effects.done.append(f"left {dropped} of {len(found)} rows out")
    project = call.project.id if call.project else None
    prefix = work_item_url(organization, project, 0)[:-1].encode()
    rows = b",".join(b'{"id":%d,"url":"%b%d"}' % (one.id, prefix, one.id) for one in found[dropped:])
    head = orjson.dumps(
        {
            "queryType": "flat",
            "queryResultType": "workItem",
            "asOf": date3(organization.clock.now()),
            "columns": [_field(call, one) for one in result.columns],
            "sortColumns": [{"field": _field(call, one), "descending": down} for one, down in result.order],
        }
    )
    if not result.order:
        head = head.replace(b',"sortColumns":[]', b"")
    return Answer(b'%b,"workItems":[%b]}' % (head[:-1], rows))


def _field(call: Call, field: Field) -> dict[str, str]:
    url = f"{call.organization.base_url}/_apis/wit/fields/{field.reference}"
    return {"referenceName": field.reference, "name": field.name, "url": url}


ROUTES = (Route("wiql.query", "POST", "opt", "_apis/wit/wiql", wiql_query, SCOPE),)
