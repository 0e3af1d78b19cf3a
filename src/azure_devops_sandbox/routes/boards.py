"""Boards of a team."""

from __future__ import annotations

from azure_devops_sandbox.calls import Answer, Call
from azure_devops_sandbox.encoding.boards import board_detail, board_reference
from azure_devops_sandbox.paging import whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.records import Board

from .missing import no_board, no_team, no_team_settings

SCOPE = "vso.work"


def _boards(call: Call) -> list[Board]:
    if call.team is None:
        raise no_team("")
    plan = call.organization.plans.get(call.team.id)
    if plan is None or not plan.areas:
        raise no_team_settings(500)
    return [
        one
        for one in call.organization.of_project(call.organization.boards, call.team.project)
        if one.team == call.team.id
    ]


def boards_list(call: Call) -> Answer:
    """List the boards of a team."""
    return whole(call, [board_reference(call.organization, one) for one in _boards(call)])


def boards_get(call: Call) -> Answer:
    """Return a board by id or name."""
    wanted = call.params["id"].casefold()
    board = next((one for one in _boards(call) if wanted in {one.id, one.name.casefold()}), None)
    if board is None:
        raise no_board(call.params["id"])
    return Answer(board_detail(call.organization, board))


ROUTES = (
    Route("boards.list", "GET", "pt", "_apis/work/boards", boards_list, SCOPE),
    Route("boards.get", "GET", "pt", "_apis/work/boards/{id}", boards_get, SCOPE),
)
