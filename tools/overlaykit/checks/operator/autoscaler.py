"""The autoscaler is told what it understands.

It reads job.autoscaler.*. A key that does not exist is ignored without a word: with
parallelism.max, for example, the real limit stays at 200. A value out of its range makes the
operator refuse the resource, and a window of metrics shorter than the interval of reconciliation
holds too few samples to scale at all.

Bad:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        job.autoscaler.enabled: "true"
        job.autoscaler.utilization.target: "70"  # <- here
        pipeline.max-parallelism: "720"
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Good:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        job.autoscaler.enabled: "true"
        job.autoscaler.vertex.max-parallelism: "24"
        pipeline.max-parallelism: "720"
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Source: Flink Kubernetes Operator, "Autoscaler", classes AutoScalerOptions and AutoscalerValidator.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.findings import Problem
from overlaykit.operator import autoscaler, options
from overlaykit.operator.request import Request
from overlaykit.operator.settings import RECONCILE_INTERVAL, Option, Unreadable
from overlaykit.render.objects import Object
from overlaykit.repo.operated import Verdict
from overlaykit.repo.operators import Operator
from overlaykit.repo.world import Unit, World

LEVEL = "error"

_MAX = Option("pipeline.max-parallelism")
_OLDEST = (1, 17)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, "autoscaler"):
        yield _refused(unit, world, verdict)
    for obj, request, operator in world.operated.requests(unit):
        if obj.kind == "FlinkStateSnapshot":
            continue
        for key in sorted(request.settings.values):
            if options.is_autoscaler(key) and not options.knows(key, operator.release):
                yield _unknown(unit, world, obj, request, operator, key)
        if _is_on(request):
            yield from _surprises(unit, world, obj, request)


def _refused(unit: Unit, world: World, verdict: Verdict) -> Problem:
    key = verdict.rejection.key
    value = verdict.request.settings.values.get(key, "")
    message = f"{key}: {value} is refused by the operator: {verdict.rejection.message}"
    _, _, allowed = verdict.rejection.message.partition("within the range ")
    fix = f"write a number in {allowed}" if allowed else "write a value that it takes"
    return world.operated.problem(unit, verdict, message, fix)


def _is_on(request: Request) -> bool:
    try:
        return request.settings.flag(autoscaler.ENABLED, False)
    except Unreadable:
        return False


def _unknown(
    unit: Unit, world: World, obj: Object, request: Request, operator: Operator, key: str
) -> Problem:
    meant = options.meant(key, operator.release)
    since = options.since(key)
    message = f"'{key}' is no option of the autoscaler: it is ignored"
    if since is not None and since > operator.release.minor:
        message = f"'{key}' is ignored: the autoscaler reads it from operator 1.{since} on"
    fix = f"write {meant}" if meant else "remove it"
    problem = world.operated.on_option(unit, obj, request, key, message, fix)
    name = options.renamed(key)
    if name and name == meant and options.knows(name, operator.release):
        problem = replace(problem, edits=world.operated.renaming(unit, obj, key, name))
    return problem.assuming(operator.release_doubt) if operator.release_doubt else _warn(problem)


def _warn(problem: Problem) -> Problem:
    return replace(problem, level="warning")


def _surprises(unit: Unit, world: World, obj: Object, request: Request) -> Iterator[Problem]:
    for key, message, fix in (*_bounds(request), *_window(request), *_version(request)):
        yield _warn(world.operated.on_option(unit, obj, request, key, message, fix))


def _number(request: Request, option: Option, default: int) -> int | None:
    text = request.settings.text(option)
    if text is None:
        return default
    return int(text) if text.strip().isdigit() else None


def _bounds(request: Request) -> Iterator[tuple[str, str, str]]:
    low = _number(request, autoscaler.MIN_PARALLELISM, 1)
    high = _number(request, autoscaler.MAX_PARALLELISM, 200)
    groups = _number(request, _MAX, 0)
    if low is not None and high is not None and low > high:
        key = request.settings.name(autoscaler.MIN_PARALLELISM) or request.settings.name(
            autoscaler.MAX_PARALLELISM
        )
        message = f"the least parallelism is {low}, the most is {high}: it never changes"
        yield key, message, "write a minimum below the maximum"
    name = request.settings.name(autoscaler.MAX_PARALLELISM)
    if name and groups and high is not None and high > groups:
        message = f"{name}: {high} is more than pipeline.max-parallelism {groups} allows"
        yield name, message, f'write "{groups}" or less'


def _window(request: Request) -> Iterator[tuple[str, str, str]]:
    settings = request.settings
    try:
        window = autoscaler.nanoseconds(settings, autoscaler.WINDOW, 15 * 60 * 10**9)
        interval = autoscaler.nanoseconds(settings, RECONCILE_INTERVAL, 60 * 10**9)
    except Unreadable:
        return
    key = settings.name(autoscaler.WINDOW)
    # From the release to come on the operator refuses this.
    if key and window < interval and not request.release.is_main:
        message = (
            f"{key}: {settings.values[key]} is shorter than the {autoscaler.iso(interval)} between "
            "two looks of the operator: it never has two samples, and never scales"
        )
        yield key, message, "write 5 min or more"


def _version(request: Request) -> Iterator[tuple[str, str, str]]:
    key = request.settings.name(autoscaler.ENABLED)
    if request.flink is not None and request.flink < _OLDEST:
        message = f"the autoscaler needs Flink 1.17, and flinkVersion is v1_{request.flink[1]}"
        yield key, message, "move to Flink 1.20, or switch the autoscaler off"
