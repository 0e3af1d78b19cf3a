"""Makes small git repositories with the git of this machine, always with the same ids."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str, day: int = 1) -> str:
    """Run git in a folder at noon of a day of January 2026 and return what it printed."""
    date = f"2026-01-{day:02}T12:00:00+02:00"
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
        "GIT_AUTHOR_NAME": "Zoë Müller", "GIT_AUTHOR_EMAIL": "zoe@example.com", "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": "Build", "GIT_COMMITTER_EMAIL": "build@example.com", "GIT_COMMITTER_DATE": date,
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder, env=environment, capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    return done.stdout.decode().strip()


def commit(folder: Path, files: dict[str, bytes | None], message: str, day: int = 1) -> str:
    """Commit files (None removes one) and return the commit's id."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message, day=day)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> Path:
    """Create a repository with two commits, a branch, a tag, odd names and odd contents."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    first = {
        "README.md": "# Größe\n".encode(), "src/main.py": b"print(1)\n", "src/deep/er/x.py": b"x = 1\n",
        "docs/a b [1].md": b"odd\n", "docs/über.md": b"caf\xe9\n", "empty.txt": b"",
        "logo.png": b"\x89PNG\r\n\x1a\n\0\0",
    }  # fmt: skip
    commit(folder, dict(first), "First commit\n\nWith a body.")
    git(folder, "tag", "v1")
    (folder / "link.md").symlink_to("README.md")
    commit(folder, {"src/main.py": b"print(2)\n", "empty.txt": None}, "Print two", day=2)
    git(folder, "branch", "topic/one")
    return folder
