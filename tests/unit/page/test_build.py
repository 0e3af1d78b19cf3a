"""The packaging hook: what is built when, and that no half of a page is ever there."""

from __future__ import annotations

import threading
from pathlib import Path

import hatch_build as hook
import pytest
from hatch_build import NotBuilt, build, digest, environment_of, reason_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with a page's sources, and nothing built."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "package-lock.json").write_text("{}")
    (web / "src" / "main.tsx").write_text("one")
    (tmp_path / "src/fairlead/api").mkdir(parents=True)
    return tmp_path


class Bundle:
    """Stands in for npm and vite: copies one source file into the page."""

    def __init__(self, fails: str = "") -> None:
        self.runs = 0
        self.fails = fails

    def __call__(self, web: Path, log: Path) -> None:
        self.runs += 1
        page = web.parent / "page"
        page.mkdir()
        (page / f"asset-{self.runs}.js").write_text("half")
        if self.fails:
            raise NotBuilt(self.fails)
        (page / "index.html").write_text((web / "src" / "main.tsx").read_text())


def index(root: Path) -> str:
    return (root / hook.PAGE / "index.html").read_text()


def left_in_the_room(root: Path) -> list[str]:
    return [path.name for path in (root / "build").iterdir()]


def test_builds_once_for_the_same_sources(root: Path) -> None:
    bundle = Bundle()
    assert build(root, bundle)
    assert not build(root, bundle)
    assert (bundle.runs, index(root), left_in_the_room(root)) == (1, "one", [])


def test_a_changed_source_builds_a_whole_new_page(root: Path) -> None:
    bundle = Bundle()
    build(root, bundle)
    (root / "web/src/main.tsx").write_text("two")
    assert build(root, bundle)
    assert index(root) == "two"
    assert sorted(path.name for path in (root / hook.PAGE).iterdir()) == [
        ".sources",
        "asset-2.js",
        "index.html",
    ]


def test_a_failed_build_leaves_the_page_as_it_was(root: Path) -> None:
    build(root, Bundle())
    (root / "web/src/main.tsx").write_text("two")
    with pytest.raises(NotBuilt, match="no registry"):
        build(root, Bundle(fails="no registry"))
    assert index(root) == "one"
    assert left_in_the_room(root) == []


def test_a_build_without_an_index_is_none(root: Path) -> None:
    def empty(web: Path, log: Path) -> None:
        (web.parent / "page").mkdir()

    with pytest.raises(NotBuilt, match=r"index\.html"):
        build(root, empty)
    assert not (root / hook.PAGE).exists()


def test_what_a_killed_build_left_is_swept(root: Path) -> None:
    (root / "build" / "page-killed" / "web").mkdir(parents=True)
    build(root, Bundle())
    assert left_in_the_room(root) == []


def test_without_sources_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="not here"):
        build(tmp_path, Bundle())


def test_two_builds_at_once_make_one(root: Path) -> None:
    bundle = Bundle()
    threads = [threading.Thread(target=build, args=(root, bundle)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (bundle.runs, index(root)) == (1, "one")


def test_what_is_made_from_the_sources_is_no_source(root: Path) -> None:
    web = root / "web"
    before = digest(web)
    (web / "node_modules" / "vite").mkdir(parents=True)
    (web / "node_modules" / "vite" / "index.js").write_text("")
    (web / "tsconfig.tsbuildinfo").write_text("{}")
    assert digest(web) == before
    (web / "src" / "main.tsx").rename(web / "src" / "other.tsx")
    assert digest(web) != before


def test_node_trusts_what_pip_trusts_and_keeps_what_is_given() -> None:
    found = environment_of(
        {"PIP_CERT": "/ca.pem", "HTTPS_PROXY": "http://proxy", "PATH": "/bin"}, Path("/node")
    )
    assert found["NODE_EXTRA_CA_CERTS"] == "/ca.pem"
    assert found["HTTPS_PROXY"] == "http://proxy"
    assert found["PATH"] == "/node:/bin"
    own = environment_of({"PIP_CERT": "/ca.pem", "NODE_EXTRA_CA_CERTS": "/mine.pem"}, Path("/node"))
    assert own["NODE_EXTRA_CA_CERTS"] == "/mine.pem"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "npm warn x\nnpm error code ENOTFOUND\nnpm error errno",
            "npm could not get its packages (ENOTFOUND)",
        ),
        ("vite v8\n✗ Build failed in 71ms\nerror during build:\nError: no such file", "Error: no such file"),
        ("\n it broke\n", "it broke"),
        ("", "it failed"),
    ],
)
def test_a_failure_is_one_line(said: str, reason: str) -> None:
    assert reason_of(said) == reason
