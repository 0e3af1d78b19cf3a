"""Settings of what a new installation at Port starts with."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead.app.settings.load import load
from fairlead.app.settings.values import PortSettings
from fairlead.model.errors import BadUsage

OCEAN = {"OCEAN__PORT__CLIENT_ID": "port-client", "OCEAN__PORT__CLIENT_SECRET": "port-secret"}


def read(environment: dict[str, str], directory: Path) -> PortSettings:
    port = load(environment, directory, {}).port
    assert port is not None
    return port


@pytest.mark.parametrize(
    ("given", "meant"), [("Ocean", "Default"), ("port", "Port"), ("Empty", "Empty"), ("", None)]
)
def test_ocean_resources(tmp_path: Path, given: str, meant: str | None) -> None:
    environment = OCEAN | {
        "OCEAN__CREATE_PORT_RESOURCES_ORIGIN": given,
        "OCEAN__RESOURCES_PATH": "./resources",
    }
    port = read(environment, tmp_path)
    assert (port.origin, port.resources) == (meant, tmp_path / "resources")


def test_an_unknown_origin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match="resources_origin"):
        read(OCEAN | {"OCEAN__CREATE_PORT_RESOURCES_ORIGIN": "Elsewhere"}, tmp_path)


def test_a_folder_of_resources_in_the_file_is_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "f.yaml").write_text("port: {client_id: a, client_secret: b, resources_path: r}\n")
    port = read({"FAIRLEAD_CONFIG": "conf/f.yaml"}, tmp_path)
    assert port.resources == tmp_path / "conf" / "r"
