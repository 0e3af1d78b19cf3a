"""Which URLs name an organization, and where its service areas are."""

from __future__ import annotations

import pytest

from fairlead.azure.server import organization
from fairlead.model.errors import BadUsage


@pytest.mark.parametrize(
    ("text", "url", "name", "release"),
    [
        ("https://dev.azure.com/contoso/", "https://dev.azure.com/contoso", "contoso", "https://vsrm.dev.azure.com/contoso"),
        (" https://DEV.azure.com/Contoso// ", "https://dev.azure.com/Contoso", "Contoso", "https://vsrm.dev.azure.com/Contoso"),
        ("https://contoso.visualstudio.com", "https://contoso.visualstudio.com", "contoso", "https://contoso.vsrm.visualstudio.com"),
        ("https://contoso.visualstudio.com/DefaultCollection/", "https://contoso.visualstudio.com", "contoso", "https://contoso.vsrm.visualstudio.com"),
        ("https://tfs.test:8443/t/My Own", "https://tfs.test:8443/t/My%20Own", "My Own", "https://tfs.test:8443/t/My%20Own"),
        ("http://127.0.0.1:8080/fabrikam", "http://127.0.0.1:8080/fabrikam", "fabrikam", "http://127.0.0.1:8080/fabrikam"),
        ("http://[::1]:8080/fabrikam/", "http://[::1]:8080/fabrikam", "fabrikam", "http://[::1]:8080/fabrikam"),
    ],
)  # fmt: skip
def test_urls(text: str, url: str, name: str, release: str) -> None:
    found = organization(text)
    assert (found.url, found.name) == (url, name)
    others = {"graph": release.replace("vsrm", "vssps"), "entitlements": release.replace("vsrm", "vsaex")}
    assert found.hosts({}) == {"core": url, "release": release, **others}


@pytest.mark.parametrize(
    "text",
    [
        "", "contoso", "ftp://dev.azure.com/contoso", "https://", "https://dev.azure.com", "https://dev.azure.com/",
        "http://dev.azure.com/contoso", "https://dev.azure.com/contoso/project", "https://user:token@dev.azure.com/contoso",
        "https://token@dev.azure.com/contoso", "https://dev.azure.com/contoso?x=1", "https://dev.azure.com/contoso#x",
        "https://dev.azure.com/contoso/_apis/projects", "https://contoso.vsrm.visualstudio.com", "https://host:port/x",
        "https://contoso.visualstudio.com/project", "https://tfs.example.org/tfs/Main/_apis",
    ],
)  # fmt: skip
def test_urls_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(BadUsage) as raised:
        organization(text)
    assert "token@" not in raised.value.message


def test_configured_hosts_win() -> None:
    found = organization("https://dev.azure.com/contoso").hosts(
        {"vsrm": "https://proxy.example/rm/", "vssps": ""}
    )
    assert found["release"] == "https://proxy.example/rm"
    with pytest.raises(BadUsage, match="no service host named release"):
        organization("https://dev.azure.com/contoso").hosts({"release": "https://x.example"})


def test_hosts_of_every_service() -> None:
    new, old = organization("https://dev.azure.com/contoso"), organization("https://contoso.visualstudio.com")
    assert new.service_host("audit") == "https://auditservice.dev.azure.com/contoso"
    assert old.service_host("advsec") == "https://advsec.dev.azure.com/contoso"
    assert old.service_host("feeds") == "https://contoso.feeds.visualstudio.com"
