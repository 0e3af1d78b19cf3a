"""Makes an environment whose jq is built with -O2: `python -m benchmarks.optimized_jq FOLDER`.

The published wheel of the `jq` package compiles libjq without optimization. This builds the same release from its
source distribution with the compiler's flags changed and nothing else (needs a C compiler and make; takes a minute or
two), and puts it into a virtual environment that otherwise sees this one's packages. Then measure with it:

    FOLDER/bin/python -m benchmarks
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from importlib.metadata import version
from pathlib import Path

PUBLISHED = '"CFLAGS=-fPIC -pthread"'
OPTIMIZED = '"CFLAGS=-O2 -DNDEBUG -fPIC -pthread"'


def source_of(release: str, folder: Path) -> Path:
    """The unpacked source distribution with its flags changed."""
    pip = [sys.executable, "-m", "pip", "--quiet"]
    wanted = ["--no-deps", "--no-binary", "jq", f"jq=={release}"]
    subprocess.run([*pip, "download", "--dest", str(folder), *wanted], check=True)
    with tarfile.open(folder / f"jq-{release}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    setup = folder / f"jq-{release}" / "setup.py"
    text = setup.read_text(encoding="utf-8")
    if PUBLISHED not in text:
        raise SystemExit("this release of jq is built in another way; look at its setup.py")
    setup.write_text(text.replace(PUBLISHED, OPTIMIZED), encoding="utf-8")
    return setup.parent


def environment_at(folder: Path) -> Path:
    """An environment that sees the packages of this one; returns its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    version_folder = f"python{sys.version_info.major}.{sys.version_info.minor}"
    own = folder / "lib" / version_folder / "site-packages"
    also = sysconfig.get_path("purelib")
    (own / "also.pth").write_text(f"import site; site.addsitedir({also!r})\n", encoding="utf-8")
    return python


def main(folder: Path) -> None:
    """Builds everything below `folder`."""
    python, build = environment_at(folder), folder / "build"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir()
    source = source_of(version("jq"), build)
    pip = [sys.executable, "-m", "pip", "--quiet"]
    environment = {**os.environ, "MAKEFLAGS": os.environ.get("MAKEFLAGS", f"-j{os.cpu_count()}")}
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", str(build), str(source)], check=True, env=environment
    )
    wheel = next(build.glob("jq-*.whl"))
    target = next((folder / "lib").glob("python*/site-packages"))
    subprocess.run(
        [*pip, "install", "--no-deps", "--upgrade", "--target", str(target), str(wheel)], check=True
    )
    print(f"measure with: {python} -m benchmarks")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]).absolute())
