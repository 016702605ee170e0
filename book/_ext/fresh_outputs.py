"""Never show what the present package and the present extensions did not produce.

The execution cache is keyed on the notebook alone, and Sphinx re-reads only pages whose own file
changed: after a change in `dscourse/` both would show yesterday's numbers without a word. A page
whose cells failed is kept too, so that a second build of a broken book would be green.
"""

import hashlib
import shutil
from pathlib import Path

# What a page depends on besides its own file: the package, the versions below it, how it is drawn.
SOURCES = ("dscourse/**/*", "constraints.txt", "book/_ext/*.py", "book/_templates/*.html")


def digest(root: Path) -> str:
    """Return one hash of the names and contents of everything that pages depend on."""
    total = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in root.glob(pattern)}):
        if path.is_file() and "__pycache__" not in path.parts:
            name, content = path.relative_to(root).as_posix().encode(), path.read_bytes()
            # Lengths keep a byte moved from one file to the next from going unseen.
            total.update(b"%d %s %d %s" % (len(name), name, len(content), content))
    return total.hexdigest()


def drop_stale(build: Path, present: str) -> bool:
    """Forget outputs and pages under `build` unless they are of `present` and ran without error."""
    stamp, reports = build / ".package-digest", build / "html" / "reports"
    recorded = stamp.read_text(encoding="utf-8") if stamp.exists() else None
    failed = any(reports.rglob("*.err.log"))
    forgotten = [build / ".jupyter_cache"] if recorded != present else []
    if forgotten or failed:
        forgotten += [build / ".doctrees", reports]
    for folder in filter(Path.exists, forgotten):
        shutil.rmtree(folder)
    build.mkdir(parents=True, exist_ok=True)
    stamp.write_text(present, encoding="utf-8")
    return bool(forgotten)


def setup(app):
    # Here and not in an event: Sphinx loads its memory of the pages right after the extensions.
    drop_stale(Path(app.outdir).parent, digest(Path(app.srcdir)))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
