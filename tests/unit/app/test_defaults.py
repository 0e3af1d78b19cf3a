"""What an installation starts with: the folder of resources, or the preset."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from fairlead.app.defaults import Text, defaults, with_missing
from fairlead.app.settings.values import PortSettings, Settings
from fairlead.mapping import blueprints, presets
from fairlead.model.errors import BadMapping, BadUsage
from fairlead.model.secrets import Secret

PORT = PortSettings("id", Secret("s3cret"))


def settings(directory: Path, resources: Path | None = None) -> Settings:
    port = msgspec.structs.replace(PORT, resources=resources)
    return Settings("sqlite://", directory, "ocean", "port", port=port)


def folder(at: Path, **texts: str) -> Path:
    at.mkdir(parents=True)
    for name, text in texts.items():
        (at / name.replace("__", "-").replace("_", ".")).write_text(text)
    return at


def test_without_a_folder_it_is_the_preset(tmp_path: Path) -> None:
    found, preset = defaults(settings(tmp_path)), presets.load("port")
    assert found.blueprints is not None
    assert (found.mapping.text, found.blueprints.text) == (preset.mapping_text, preset.blueprints_text)
    assert found.extras == preset.extras


def test_the_images_folder_is_found(tmp_path: Path) -> None:
    folder(
        tmp_path / ".port" / "resources",
        port__app__config_yaml="m",
        blueprints_yml="b",
        actions_backup_json="x",
    )
    found = defaults(settings(tmp_path))
    assert found.blueprints is not None
    assert (found.mapping.text, found.blueprints.text, found.extras) == ("m", "b", ())
    assert found.mapping.source == str(tmp_path / ".port" / "resources" / "port-app-config.yaml")


def test_what_a_folder_lacks_is_the_presets_but_for_extras(tmp_path: Path) -> None:
    named = folder(tmp_path / "own", pages_json='[{"identifier": "p"}]', actions_yml="- {identifier: a}")
    found = defaults(settings(tmp_path, named))
    assert found.mapping.source == "the preset port"
    assert [(one.kind, one.identifier) for one in found.extras] == [("action", "a"), ("page", "p")]


def test_a_mapping_of_a_folder_without_blueprints_is_for_those_at_port(tmp_path: Path) -> None:
    named = folder(tmp_path / "own", port__app__config_yml="m")
    assert defaults(settings(tmp_path, named)).blueprints is None


def test_without_port_or_with_a_named_preset_no_folder_counts(tmp_path: Path) -> None:
    folder(tmp_path / ".port" / "resources", port__app__config_yml="m")
    given = settings(tmp_path)
    for other in (
        msgspec.structs.replace(given, port=None),
        msgspec.structs.replace(given, preset_named=True),
    ):
        assert defaults(other).mapping.source == "the preset port"


def test_a_named_folder_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match=r"no folder of resources .*/nowhere"):
        defaults(settings(tmp_path, tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"pages_toml": ""}, "pages.toml is no resource"),
        ({"pages_json": "[]", "pages_yml": "[]"}, "are one resource"),
    ],
)
def test_files_that_cannot_be_meant(tmp_path: Path, texts: dict[str, str], told: str) -> None:
    with pytest.raises(BadUsage, match=told):
        defaults(settings(tmp_path, folder(tmp_path / "own", **texts)))


def test_a_broken_file_is_told_with_line_and_column(tmp_path: Path) -> None:
    named = folder(tmp_path / "own", scorecards_json='[{"blueprint": "b",\n  "data": [}]')
    with pytest.raises(BadMapping, match=r"scorecards\.json, line 2, column 12: not YAML"):
        defaults(settings(tmp_path, named))


def test_blueprints_that_a_stored_mapping_names_are_added_where_none_of_them_is_there() -> None:
    row = {
        "kind": "project",
        "selector": {"query": "true"},
        "port": {"entity": {"mappings": {"identifier": ".id", "blueprint": '"azureDevopsProject"'}}},
    }
    mapping = Text(json.dumps({"resources": [row]}), "Port")
    given = blueprints.parse(presets.load("port").blueprints_text)

    def names(*there: str) -> list[str]:
        stored = json.dumps([{"identifier": name} for name in there])
        return [one["identifier"] for one in json.loads(with_missing(stored, mapping, given))]

    assert names("mine")[:2] == ["mine", "azureDevopsProject"]
    assert names("azureDevopsProject") == ["azureDevopsProject"]
    assert names("azureDevopsRelease") == ["azureDevopsRelease"]
