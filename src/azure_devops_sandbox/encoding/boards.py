"""Boards as the area `work` answers them."""

from __future__ import annotations

from typing import Any

from azure_devops_sandbox.formats import segment
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Board, Column

from . import kept, link


def board_url(organization: Organization, board: Board) -> str:
    """Return the address of a board."""
    return f"{organization.base_url}/{board.project}/{board.team}/_apis/work/boards/{board.id}"


def board_reference(organization: Organization, board: Board) -> bytes:
    """Return the board as a row of the team's list."""
    return kept(
        board,
        "reference",
        board.version,
        lambda: {"id": board.id, "url": board_url(organization, board), "name": board.name},
    )


def board_detail(organization: Organization, board: Board) -> bytes:
    """Return the board with columns, rows and fields."""
    project, team = organization.projects[board.project], organization.teams[board.team]

    def build() -> dict[str, Any]:
        url, base = board_url(organization, board), organization.base_url
        web = f"{base}/{segment(project.name)}/_boards/board/t/{segment(team.name)}/{segment(board.name)}"
        return {
            "id": board.id,
            "url": url,
            "name": board.name,
            "revision": board.revision,
            "columns": [_column(one) for one in board.columns],
            "rows": [{"id": row.id, "name": row.name, "color": None} for row in board.rows],
            "isValid": True,
            "allowedMappings": _allowed(board),
            "canEdit": True,
            "fields": _fields(organization, board),
            "_links": {
                "self": link(url),
                "project": link(f"{base}/_apis/projects/{board.project}"),
                "team": link(f"{base}/_apis/projects/{board.project}/teams/{board.team}"),
                "charts": link(f"{url}/charts"),
                "columns": link(f"{url}/columns"),
                "rows": link(f"{url}/rows"),
                "web": link(web),
            },
        }

    return kept(board, "detail", max(board.version, project.version, team.version), build)


def _column(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": column.id,
        "name": column.name,
        "itemLimit": column.item_limit,
        "stateMappings": dict(column.state_mappings),
        "columnType": column.column_type,
    }
    if column.column_type == "inProgress":
        found.update(isSplit=column.is_split, description=column.description)
    return found


def _allowed(board: Board) -> dict[str, dict[str, list[str]]]:
    allowed: dict[str, dict[str, list[str]]] = {"Incoming": {}, "InProgress": {}, "Outgoing": {}}
    for column in board.columns:
        group = allowed[column.column_type[0].upper() + column.column_type[1:]]
        for type_name, state in column.state_mappings.items():
            states = group.setdefault(type_name, [])
            if state not in states:
                states.append(state)
    return allowed


def _fields(organization: Organization, board: Board) -> dict[str, Any]:
    marker = f"WEF_{board.id.replace('-', '').upper()}_Kanban"
    names = {
        "columnField": f"{marker}.Column",
        "rowField": f"{marker}.Lane",
        "doneField": f"{marker}.Column.Done",
    }
    return {
        key: {"referenceName": name, "url": f"{organization.base_url}/_apis/wit/fields/{name}"}
        for key, name in names.items()
    }
