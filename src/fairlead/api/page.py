"""The page: its built files, and a placeholder while they are being built."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

PAGE = Path(__file__).parent / "page"
"""Where the build of `web/` puts its files."""

HASHED = "assets"
"""The folder of files whose names hold a hash of what is in them: they never change."""

FOREVER = "public, max-age=31536000, immutable"

PLACEHOLDER = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Fairlead</title></head>
<body><p>The page is not built yet; when it is, it appears here by itself. <code>make demo</code> builds it while it
syncs, <code>make page</code> at any time. The API answers already: see
<a href="/openapi.json">openapi.json</a>.</p></body>
</html>
"""


def routes() -> APIRouter:
    """Everything that no other route has taken."""
    folder = PAGE
    router = APIRouter(include_in_schema=False)

    @router.get("/{path:path}")
    async def page(path: str) -> Response:
        """A file of the page; for a deep link into it, its one document."""
        if path.partition("/")[0] in ("api", "v1"):
            raise HTTPException(404)
        found = _file(folder, path)
        if found is not None:
            hashed = found.is_relative_to(folder / HASHED)
            return FileResponse(found, headers={"cache-control": FOREVER if hashed else "no-cache"})
        if path.startswith(f"{HASHED}/"):
            raise HTTPException(404)
        index = folder / "index.html"
        if index.is_file():
            return FileResponse(index, headers={"cache-control": "no-cache"})
        return HTMLResponse(PLACEHOLDER, headers={"cache-control": "no-store"})

    return router


def _file(folder: Path, path: str) -> Path | None:
    """The file of that path, None for what is not a file inside the folder, or is hidden."""
    if not path or "\0" in path or any(part.startswith(".") for part in path.split("/")):
        return None
    found = (folder / path).resolve()
    return found if found.is_relative_to(folder.resolve()) and found.is_file() else None
