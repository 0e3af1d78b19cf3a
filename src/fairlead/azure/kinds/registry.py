"""Every kind, parents before children, and every derived kind."""

from __future__ import annotations

from fairlead.azure.kinds import (
    area_path,
    board,
    branch,
    build,
    environment,
    file,
    folder,
    group,
    group_member,
    iteration,
    pipeline,
    pipeline_run,
    project,
    pull_request,
    release,
    release_definition,
    release_deployment,
    repository,
    repository_policy,
    team,
    user,
    work_item,
)
from fairlead.azure.kinds.definition import Kind
from fairlead.model.kinds import Derivation, KindSpec

KINDS: dict[str, Kind] = {
    kind.spec.kind: kind
    for kind in (
        project.KIND,
        repository.KIND,
        pull_request.KIND,
        branch.KIND,
        repository_policy.KIND,
        file.KIND,
        folder.KIND,
        team.KIND,
        board.KIND,
        iteration.KIND,
        area_path.KIND,
        work_item.KIND,
        pipeline.KIND,
        build.KIND,
        pipeline_run.KIND,
        environment.KIND,
        release_definition.KIND,
        release.KIND,
        release_deployment.KIND,
        user.KIND,
        group.KIND,
        group_member.KIND,
    )
}

SPECS: dict[str, KindSpec] = {name: kind.spec for name, kind in KINDS.items()}

DERIVATIONS: tuple[Derivation, ...] = (board.COLUMN, build.STAGE)
