"""What the operator refuses of a change, compared with what it reconciled last.

Source: the operator's class DefaultValidator, validateSpecChange.
"""

from collections.abc import Iterator

from overlaykit.operator.request import Rejection, Request, mode_of
from overlaykit.operator.shape import integer, is_null


def deployment(request: Request) -> Iterator[Rejection]:
    old = request.last
    if old is None:
        return
    old_job, job = old.get("job"), request.job
    if job is not None and old_job is None:
        yield Rejection("job-switch", "Cannot switch from session to job cluster", ("spec", "job"))
    if job is None and old_job is not None:
        yield Rejection("job-switch", "Cannot switch from job to session cluster", ("spec",))
    before, after = mode_of(old), mode_of(request.spec)
    if before != after:
        message = f"Cannot switch from {before} kubernetes to {after} kubernetes cluster"
        yield Rejection("mode-switch", message, ("spec", "mode"))
    if isinstance(old_job, dict) and job is not None:
        yield from _redeploy(old_job, job)


def _redeploy(old: dict[str, object], job: dict[str, object]) -> Iterator[Rejection]:
    nonce, before = job.get("savepointRedeployNonce"), old.get("savepointRedeployNonce")
    if is_null(nonce) or (not is_null(before) and integer(nonce) == integer(before)):
        return
    if not str(job.get("initialSavepointPath") or "").strip():
        message = "InitialSavepointPath must not be empty for savepoint redeployment"
        yield Rejection("redeploy-path", message, ("spec", "job", "savepointRedeployNonce"))


def session_job(request: Request) -> Iterator[Rejection]:
    old = request.last
    if old is not None and old.get("deploymentName") != request.spec.get("deploymentName"):
        message = "The deploymentName can't be changed"
        yield Rejection("cluster-switch", message, ("spec", "deploymentName"))
