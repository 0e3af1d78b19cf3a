"""Who am I, where are the services, which resources exist.

Area and location ids are those that Microsoft's Python client asks for, so that it works here.
"""

from __future__ import annotations

from azure_devops_sandbox.calls import Answer, Call, json_answer
from azure_devops_sandbox.routing import Route

AREAS = {
    "79134c72-4a58-4b42-976c-04e7115f32bf": "core",
    "4e080c62-fa21-4fbc-8fef-2a10a2b38049": "git",
    "fb13a388-40dd-4a04-b530-013a739c72ef": "policy",
    "5264459e-e5e0-4bd8-b118-0985e68a4ec5": "wit",
    "1d4f49f9-02b9-4e26-b826-2cdb6195f2a9": "work",
    "bb1e7ec9-e901-4b68-999a-de7012b920f8": "Graph",
    "8a3d49b8-91f0-46ef-b33d-dda338c25db3": "IMS",
    "68ddce18-2501-45f1-a17b-7931a9922690": "MemberEntitlementManagement",
    "efc2f575-36ef-48e9-b672-0c6fb4a48ac5": "Release",
    "965220d5-5bb9-42cf-8d67-9b146df2a5a4": "build",
    "a85b8835-c1a1-4aac-ae97-1c3d0ba72dbd": "distributedtask",
}

_PROJECT = "{project}/_apis/{area}/{resource}"
_ANY = "_apis/{area}/{resource}"
LOCATIONS: tuple[tuple[str, str, str, str, int], ...] = (
    ("603fe2ac-9723-48b9-88ad-09305aa6c6e1", "core", "projects", "_apis/{resource}/{*projectId}", 4),
    ("4976a71a-4487-49aa-8aab-a1eda469037a", "core", "properties", "_apis/projects/{projectId}/{resource}", 1),
    ("d30a3dd1-f8ba-442a-b86a-bd0c0c383e59", "core", "teams", "_apis/projects/{projectId}/{resource}/{*teamId}", 3),
    ("7a4d9ee9-3433-4347-b47a-7a80f1cf307e", "core", "teams", "_apis/{resource}", 3),
    ("225f7195-f9c7-4d14-ab28-a83f7ff77e1f", "git", "repositories", f"{_PROJECT}/{{repositoryId}}", 1),
    ("fb93c0db-47ed-4a31-8c20-47552878fb44", "git", "items",
     "{project}/_apis/{area}/repositories/{repositoryId}/{resource}/{*path}", 1),
    ("630fd2e4-fb88-4f85-ad21-13f3fd1fbca9", "git", "itemsBatch",
     "{project}/_apis/{area}/repositories/{repositoryId}/{resource}", 1),
    ("2d874a60-a811-4f62-9c9f-963a6ea0a55b", "git", "refs",
     "{project}/_apis/{area}/repositories/{repositoryId}/{resource}", 1),
    ("a663da97-81db-4eb3-8b83-287670f63073", "git", "repositories", "{project}/_apis/{area}/recycleBin/{resource}", 1),
    ("2b6869c4-cb25-42b5-b7a3-0d3e6be0a11a", "git", "deletedRepositories", _PROJECT, 1),
    ("9946fd70-0d40-406e-b686-b4744cbbcc37", "git", "pullRequests",
     "{project}/_apis/{area}/repositories/{repositoryId}/{resource}/{pullRequestId}", 1),
    ("a5d28130-9cd2-40fa-9f08-902e7daa9efb", "git", "pullRequests", _PROJECT, 1),
    ("01a46dea-7d46-4d40-bc84-319e7c260d99", "git", "pullRequests", f"{_PROJECT}/{{pullRequestId}}", 1),
    ("2c420070-a0a2-49cc-9639-c9f271c5ff07", "git", "configurations", "{project}/_apis/{area}/policy/{resource}", 1),
    ("dad91cbe-d183-45f8-9c6e-9c1164472121", "policy", "configurations", f"{_PROJECT}/{{configurationId}}", 1),
    ("44096322-2d3d-466a-bb30-d1b7de69f61f", "policy", "types", f"{_PROJECT}/{{typeId}}", 1),
    ("1a9c53f7-f243-4447-b110-35ef023636e4", "wit", "wiql", "{project}/{team}/_apis/{area}/{resource}", 2),
    ("908509b6-4248-4475-a1cd-829139ba419f", "wit", "workitemsbatch", _PROJECT, 1),
    ("72c7ddf8-2cdc-4f60-90cd-ab71c14a399b", "wit", "workItems", f"{_PROJECT}/{{id}}", 3),
    ("f828fe59-dd87-495d-a17c-7a8d6211ca6c", "wit", "workItemRevisions",
     "{project}/_apis/{area}/reporting/{resource}", 2),
    ("b70d8d39-926c-465e-b927-b1bf0e5ca0e0", "wit", "recyclebin", f"{_PROJECT}/{{id}}", 2),
    ("b51fd764-e5c2-4b9b-aaf7-3395cf4bdd94", "wit", "fields", f"{_PROJECT}/{{fieldNameOrRefName}}", 3),
    ("23ad19fc-3b8e-4877-8462-b3f92bc06b40", "work", "boards", "{project}/{team}/_apis/{area}/{resource}/{id}", 1),
    ("294c494c-2600-4d7e-b76c-3dd50c3c95be", "core", "members",
     "_apis/projects/{projectId}/teams/{teamId}/{resource}", 2),
    ("a70579d1-f53a-48ee-a5be-7be8659023b9", "wit", "classificationNodes", _PROJECT, 2),
    ("5a172953-1b41-49d3-840a-33f79c3ce89f", "wit", "classificationNodes",
     f"{_PROJECT}/{{structureGroup}}/{{*path}}", 2),
    ("07ced576-58ed-49e6-9c1e-5cb53ab8bf2a", "work", "teamfieldvalues",
     "{project}/{team}/_apis/{area}/teamsettings/{resource}", 1),
    ("c9175577-28a1-4b06-9197-8636af9f64ad", "work", "iterations",
     "{project}/{team}/_apis/{area}/teamsettings/{resource}/{id}", 1),
    ("005e26ec-6b77-4e4f-a986-b3827bf241f5", "Graph", "Users", f"{_ANY}/{{userDescriptor}}", 1),
    ("ebbe6af8-0b91-4c13-8cf1-777c14858188", "Graph", "Groups", f"{_ANY}/{{groupDescriptor}}", 1),
    ("e34b6394-6b30-4435-94a9-409a5eef3e31", "Graph", "Memberships", f"{_ANY}/{{subjectDescriptor}}", 1),
    ("4dd4d168-11f2-48c4-83e8-756fa0de027c", "Graph", "SubjectLookup", _ANY, 1),
    ("048aee0a-7072-4cde-ab73-7af77b1e0b4e", "Graph", "Descriptors", f"{_ANY}/{{storageKey}}", 1),
    ("28010c54-d0c0-4c89-a5b0-1c9e188b9fb7", "IMS", "Identities", "_apis/{resource}", 1),
    ("387f832c-dbf2-4643-88e9-c1aa94dbb737", "MemberEntitlementManagement", "UserEntitlements", "_apis/{resource}", 3),
    ("8480c6eb-ce60-47e9-88df-eca3c801638b", "MemberEntitlementManagement", "UserEntitlements",
     "_apis/{resource}/{userId}", 3),
    ("a166fde7-27ad-408e-ba75-703c2cc9d500", "Release", "releases", f"{_PROJECT}/{{releaseId}}", 8),
    ("d8f96f24-8ea7-4cb6-baab-2df8fc515665", "Release", "definitions", f"{_PROJECT}/{{definitionId}}", 4),
    ("b005ef73-cddc-448e-9ba2-5193bf36b19f", "Release", "deployments", _PROJECT, 2),
    ("28e1305e-2afe-47bf-abaf-cbb0e6a91988", "pipelines", "pipelines", "{project}/_apis/{area}/{pipelineId}", 1),
    ("7859261e-d2e9-4a68-b820-a5d84cc5bb3d", "pipelines", "runs",
     "{project}/_apis/{area}/{pipelineId}/{resource}/{runId}", 1),
    ("dbeaf647-6167-421a-bda9-c9327b25e2e6", "build", "definitions", f"{_PROJECT}/{{definitionId}}", 7),
    ("0cd358e1-9217-4d94-8269-1c1ee6f93dcf", "build", "builds", f"{_PROJECT}/{{buildId}}", 7),
    ("54572c7b-bbd3-45d4-80dc-28be08941620", "build", "changes",
     "{project}/_apis/{area}/builds/{buildId}/{resource}", 2),
    ("8baac422-4c6e-4de5-8532-db96d92acffa", "build", "timeline",
     "{project}/_apis/{area}/builds/{buildId}/{resource}", 2),
    ("8572b1fc-2482-47fa-8f74-7e3ed53ee54b", "distributedtask", "environments",
     f"{_PROJECT}/{{environmentId}}", 1),
    ("51bb5d21-4305-4ea6-9dbb-b7488af73334", "distributedtask", "environmentdeploymentrecords",
     "{project}/_apis/{area}/environments/{environmentId}/{resource}", 1),
    ("00d9565f-ed9c-4a06-9a50-00e7896ccab4", "Location", "connectionData", "_apis/{resource}", 1),
    ("e81700f7-3be2-46de-8624-2eb35882fcaa", "Location", "resourceAreas", "_apis/{resource}/{areaId}", 1),
)  # fmt: skip
"""Location id, area, resource, route template and resource version (the number behind `-preview.`)."""

_PREVIEW = frozenset(
    {
        "4976a71a-4487-49aa-8aab-a1eda469037a",
        "7a4d9ee9-3433-4347-b47a-7a80f1cf307e",
        *(location for location, area, *_ in LOCATIONS if area == "Graph"),
    }
)


def options(call: Call) -> Answer:
    """List the resources with their versions."""
    value = [
        {
            "id": location,
            "area": area,
            "resourceName": resource,
            "routeTemplate": template,
            "resourceVersion": version,
            "minVersion": "1.0",
            "maxVersion": "7.2",
            "releasedVersion": "0.0" if location in _PREVIEW else "7.1",
        }
        for location, area, resource, template, version in LOCATIONS
    ]
    return json_answer({"count": len(value), "value": value})


def resource_areas(call: Call) -> Answer:
    """List the areas; all of them are under the one address."""
    value = [_area(call, area) for area in AREAS]
    return json_answer({"count": len(value), "value": value})


def resource_area(call: Call) -> Answer:
    """Return one area; an unknown one gives null, as Azure DevOps does."""
    area = call.params["areaId"].lower()
    return json_answer(_area(call, area) if area in AREAS else None)


def _area(call: Call, area: str) -> dict[str, str]:
    return {"id": area, "name": AREAS[area], "locationUrl": f"{call.settings.served_url}/"}


def connection_data(call: Call) -> Answer:
    """Tell who the token belongs to and which organization this is."""
    identity, organization = call.access.identity, call.organization
    user = {
        "id": identity.id,
        "descriptor": f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{identity.unique_name}",
        "subjectDescriptor": identity.descriptor,
        "providerDisplayName": identity.display_name,
        "isActive": True,
        "properties": {"Account": {"$type": "System.String", "$value": identity.unique_name}},
        "resourceVersion": 2,
        "metaTypeId": 0,
    }
    return json_answer(
        {
            "authenticatedUser": user,
            "authorizedUser": user,
            "instanceId": organization.instance_id,
            "deploymentId": organization.instance_id,
            "deploymentType": "hosted",
            "locationServiceData": {
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
                "defaultAccessMappingMoniker": "PublicAccessMapping",
                "lastChangeId": organization.version,
                "lastChangeId64": organization.version,
            },
        }
    )


ROUTES = (
    Route("options", "OPTIONS", "o", "_apis", options, None),
    Route("resource-areas.list", "GET", "o", "_apis/resourceAreas", resource_areas, None),
    Route("resource-areas.get", "GET", "o", "_apis/resourceAreas/{areaId}", resource_area, None),
    Route("connection-data", "GET", "o", "_apis/connectionData", connection_data, None),
)
