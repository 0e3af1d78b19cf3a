"""Port's default mapping as one jq program per kind, for the floor: no dialect, no rows, no care for errors. The kinds
that preset `standard` reads beside it are mapped to about as much as that does.

Each program takes a page as the service sent it (or a list of objects) and gives a list of
`{blueprint, identifier, title, properties, relations}`.
"""

from __future__ import annotations

WIQL = "[System.State] NOT IN ('Closed', 'Done', 'Removed') OR [System.ChangedDate] >= @today - 7"
FILES = ("README.md", "CODEOWNERS")

_PROJECT = """{blueprint: "azureDevopsProject", identifier: (.id | gsub(" "; "")), title: .name,
 properties: {state: .state, revision: .revision, visibility: .visibility, defaultTeam: .defaultTeam.name,
  link: (.url | gsub("_apis/projects/"; ""))}, relations: {}}"""

_REPOSITORY = """{blueprint: "azureDevopsRepository", identifier: .id, title: .name,
 properties: {url: .remoteUrl, readme: .__includedFiles["README.md"], codeowners: .__includedFiles["CODEOWNERS"]},
 relations: {project: (.project.id | gsub(" "; ""))}}"""

_POLICY = """
 if .type.displayName == "Minimum number of reviewers" then
  {blueprint: "azureDevopsRepository", identifier: .__repository.id, title: null,
   properties: {minimumApproverCount: .settings.minimumApproverCount}, relations: {}}
 elif .type.displayName == "Work item linking" then
  {blueprint: "azureDevopsRepository", identifier: .__repository.id, title: null,
   properties: {workItemLinking: (.isEnabled and .isBlocking)}, relations: {}}
 else empty end"""

_BOARD = """{blueprint: "azureDevopsBoard", identifier: (.id | gsub(" "; "")), title: .name,
 properties: {link: .url}, relations: {project: (.__project.id | gsub(" "; ""))}}"""

_COLUMN = """. as $board | .columns[]? | . as $column | .stateMappings // {} | to_entries[]
 | $column + {__board: $board, __stateType: .key}
 | {blueprint: "azureDevopsColumn",
    identifier: (.__stateType + "/" + .name + "/" + .__board.__project.id | gsub(" "; "")), title: .name,
    properties: {}, relations: {board: (.__board.id | gsub(" "; ""))}}"""

_WORK_ITEM = """. + {__project: $projects[.fields."System.TeamProject"]}
 | {blueprint: "azureDevopsWorkItem", identifier: (.__project.id + "/" + (.id | tostring) | gsub(" "; "")),
 title: .fields."System.Title",
 properties: {type: .fields."System.WorkItemType", state: .fields."System.State",
  effort: (.fields."Microsoft.VSTS.Scheduling.Effort" // -1), description: (.fields."System.Description" // ""),
  link: .url, reason: .fields."System.Reason", createdBy: .fields."System.CreatedBy".displayName,
  changedBy: .fields."System.ChangedBy".displayName, createdDate: .fields."System.CreatedDate",
  changedDate: .fields."System.ChangedDate"},
 relations: {project: (.__project.id | gsub(" "; "")),
  column: (.fields."System.WorkItemType" + "-" + .fields."System.BoardColumn" + "-" + .__project.id
   | gsub(" "; ""))}}"""

_RELEASE = """{blueprint: "azureDevopsRelease",
 identifier: (.projectReference.id + "/" + (.id | tostring) | gsub(" "; "")), title: .name,
 properties: {status: .status, reason: .reason, createdDate: .createdOn, modifiedDate: .modifiedOn,
  createdBy: .createdBy.uniqueName, modifiedBy: .modifiedBy.uniqueName, definitionName: .releaseDefinition.name,
  link: (._links.web.href | gsub("_release?releaseId="; ""))},
 relations: {project: (.projectReference.id | gsub(" "; ""))}}"""


_PERSON = "ascii_downcase"

_TEAM = f"""{{blueprint: "team", identifier: .id, title: .name, properties: {{description: .description}},
 relations: {{project: .projectId, members: [.__members[]?.identity.uniqueName | {_PERSON}]}}}}"""

_USER = f"""{{blueprint: "user", identifier: (.user.principalName // .id | {_PERSON}), title: .user.displayName,
 properties: {{email: .user.mailAddress, license: .accessLevel.licenseDisplayName, created: .dateCreated,
  lastAccessed: .lastAccessedDate}}, relations: {{}}}}"""

_PULL_REQUEST = f"""{{blueprint: "pullRequest",
 identifier: (.repository.id + "/" + (.pullRequestId | tostring)), title: .title,
 properties: {{status: .status, draft: .isDraft, created: .creationDate, closed: .closedDate,
  source: .sourceRefName, target: .targetRefName, merge: .mergeStatus, labels: [.labels[]?.name]}},
 relations: {{repository: .repository.id, creator: (.createdBy.uniqueName | {_PERSON}),
  reviewers: [.reviewers[]?.uniqueName | {_PERSON}]}}}}"""

_PIPELINE = """{blueprint: "pipeline", identifier: (.__projectId + "/" + (.id | tostring)), title: .name,
 properties: {folder: .folder, url: ._links.web.href},
 relations: {project: .__projectId, repository: .__repository.id}}"""

_BUILD = """{blueprint: "build", identifier: (.project.id + "/" + (.id | tostring)), title: .buildNumber,
 properties: {status: .status, result: .result, reason: .reason, queued: .queueTime, started: .startTime,
  finished: .finishTime, branch: .sourceBranch, commit: .sourceVersion, url: ._links.web.href},
 relations: {project: .project.id, pipeline: (.project.id + "/" + (.definition.id | tostring))}}"""

_ENVIRONMENT = """{blueprint: "environment", identifier: (.project.id + "/" + (.id | tostring)), title: .name,
 properties: {description: .description, created: .createdOn}, relations: {project: .project.id}}"""


def _over(items: str, *mappings: str) -> str:
    each = ", ".join(f"({mapping})" for mapping in mappings)
    return f"[{items}[] | ({each})]"


PROGRAMS = {
    "project": _over(".", _PROJECT),
    "repository": _over(".", _REPOSITORY),
    "repository-policy": _over(".", _POLICY),
    "board": _over(".", _BOARD, _COLUMN),
    "work-item": _over(".value", _WORK_ITEM),
    "release": _over(".value", _RELEASE),
    "team": _over(".", _TEAM),
    "user": _over(".", _USER),
    "pull-request": _over(".", _PULL_REQUEST),
    "pipeline": _over(".", _PIPELINE),
    "build": _over(".", _BUILD),
    "environment": _over(".", _ENVIRONMENT),
}
"""By kind. `work-item` is compiled with `$projects`: the projects by name."""
