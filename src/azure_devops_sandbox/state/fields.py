"""The work item fields that the sandbox knows: reference name, name and type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A work item field."""

    reference: str
    name: str
    type: str
    read_only: bool = False


_ALL = (
    Field("System.Id", "ID", "integer", True),
    Field("System.Rev", "Rev", "integer", True),
    Field("System.Watermark", "Watermark", "integer", True),
    Field("System.Title", "Title", "string"),
    Field("System.State", "State", "string"),
    Field("System.Reason", "Reason", "string"),
    Field("System.WorkItemType", "Work Item Type", "string", True),
    Field("System.TeamProject", "Team Project", "string", True),
    Field("System.AreaPath", "Area Path", "treePath"),
    Field("System.AreaId", "Area ID", "integer"),
    Field("System.NodeName", "Node Name", "string", True),
    Field("System.IterationPath", "Iteration Path", "treePath"),
    Field("System.IterationId", "Iteration ID", "integer"),
    Field("System.BoardColumn", "Board Column", "string", True),
    Field("System.BoardColumnDone", "Board Column Done", "boolean", True),
    Field("System.BoardLane", "Board Lane", "string", True),
    Field("System.CreatedBy", "Created By", "identity", True),
    Field("System.CreatedDate", "Created Date", "dateTime", True),
    Field("System.ChangedBy", "Changed By", "identity", True),
    Field("System.ChangedDate", "Changed Date", "dateTime", True),
    Field("System.AuthorizedDate", "Authorized Date", "dateTime", True),
    Field("System.RevisedDate", "Revised Date", "dateTime", True),
    Field("System.AuthorizedAs", "Authorized As", "identity", True),
    Field("System.AssignedTo", "Assigned To", "identity"),
    Field("System.CommentCount", "Comment Count", "integer", True),
    Field("System.Description", "Description", "html"),
    Field("System.History", "History", "history"),
    Field("System.Tags", "Tags", "plainText"),
    Field("System.Parent", "Parent", "integer", True),
    Field("System.IsDeleted", "Is Deleted", "boolean", True),
    Field("Microsoft.VSTS.Common.StateChangeDate", "State Change Date", "dateTime"),
    Field("Microsoft.VSTS.Common.ClosedDate", "Closed Date", "dateTime"),
    Field("Microsoft.VSTS.Common.Priority", "Priority", "integer"),
    Field("Microsoft.VSTS.Common.Severity", "Severity", "string"),
    Field("Microsoft.VSTS.Common.ValueArea", "Value Area", "string"),
    Field("Microsoft.VSTS.Scheduling.Effort", "Effort", "double"),
    Field("Microsoft.VSTS.Scheduling.StoryPoints", "Story Points", "double"),
    Field("Custom.RiskLevel", "Risk Level", "string"),
)
FIELDS: Mapping[str, Field] = {one.reference.casefold(): one for one in _ALL}
"""By reference name, case folded."""

_BY_NAME: Mapping[str, Field] = {one.name.casefold(): one for one in _ALL}


def find_field(name: str) -> Field | None:
    """Find a field by reference name or name; names of extension fields (`WEF_...`) are all known."""
    folded = name.casefold()
    found = FIELDS.get(folded) or _BY_NAME.get(folded)
    if found is None and folded.startswith("wef_"):
        return Field(name, name, "boolean" if folded.endswith(".done") else "string")
    return found
