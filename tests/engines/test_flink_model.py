"""Our memory model, our parsers and our option types against the classes of four Flink releases."""

import random
from collections.abc import Iterator

import pytest
from flinks import VERSIONS, Flink, flink
from msgspec.structs import astuple

from overlaykit.flink import duration, memory, options, quantity, values

SPECS = 2500
NUMBERS = ("0", "1", "007", "90", "1024", "9223372036854775807", "9223372036854775808", "9" * 25)
WORDS = (
    *(
        "",
        "b",
        "bytes",
        "k",
        "KB",
        "kibibytes",
        "m",
        " mb",
        "Mi",
        "Gi",
        "g",
        "gb ",
        "T",
        "tb",
        "pb",
    ),
    *("s", "sec", "secs", " seconds", "ms", "min", "MINUTES", "m", "h", "hours", "d", "day", "w"),
    *("µs", "micros", "ns", "nanos", "h30m", ".5g", ".5s", "\u00a0m", "\tm", "e3m", "m b", "us"),
)
ODD = (
    *("", " ", "-1m", "+5s", "m", "PT1M", "pt1h30m", "P1D", "P1DT", "PT", "PT-1M", "-PT1M", "P1W"),
    *(
        "PT1.5S",
        "PT.5S",
        "PT1,5S",
        "PT1.S",
        "P1DT2H3M4.000000001S",
        "PT1H1H",
        "PT9223372036854775807S",
    ),
    *("PT9223372036854775808S", "P106751991167301D", "PT0.1234567891S", "٣s", "\n5s\n"),
)
SIZES = (
    "0",
    "1m",
    "64m",
    "128m",
    "192m",
    "256m",
    "300 mb",
    "512m",
    "1g",
    "1024",
    "2gb",
    "1Gi",
    "x",
)
WHOLE = (
    *(
        "576m",
        "577m",
        "700m",
        "981m",
        "982m",
        "1024m",
        "1536m",
        "1728m",
        "2048m",
        "4g",
        "7777777777",
    ),
    *("16g", "1t", "1500mb", "1Gi", "1.5g", "", "9223372036854775807", "3333333k"),
)
FRACTIONS = (
    "0",
    "0.0",
    "0.1",
    "0.2",
    "0.4",
    "0.9",
    "0.333333",
    "1",
    "1.0",
    "-0.1",
    "1e-3",
    "x",
    "0.7f",
)
PARTS = {
    "taskmanager": (
        *("framework.heap.size", "framework.off-heap.size", "task.heap.size", "task.off-heap.size"),
        *("managed.size", "network.min", "network.max", "jvm-metaspace.size", "jvm-overhead.min"),
        "jvm-overhead.max",
    ),
    "jobmanager": (
        *(
            "heap.size",
            "off-heap.size",
            "jvm-metaspace.size",
            "jvm-overhead.min",
            "jvm-overhead.max",
        ),
    ),
}
SHARES = {
    "taskmanager": ("managed.fraction", "network.fraction", "jvm-overhead.fraction"),
    "jobmanager": ("jvm-overhead.fraction",),
}


@pytest.fixture(scope="module", params=VERSIONS)
def engine(request: pytest.FixtureRequest) -> Iterator[Flink]:
    with flink(request.param) as found:
        yield found


def texts() -> list[str]:
    return [number + word for number in NUMBERS for word in WORDS] + list(ODD)


def test_durations(engine: Flink) -> None:
    for text in texts():
        try:
            ours: int | None = duration.parse(text, engine.version)
        except duration.BadDuration:
            ours = None
        assert ours == engine.duration(text), repr(text)


def test_sizes(engine: Flink) -> None:
    for text in texts():
        try:
            ours: int | None = quantity.parse(text)
        except quantity.BadSize:
            ours = None
        assert ours == engine.size(text), repr(text)


def specs(process: str, seed: int) -> Iterator[dict[str, str]]:
    """Generated memory options: some whole, a few parts, now and then an old name."""
    chance = random.Random(f"{process}{seed}")
    for _ in range(SPECS):
        found = {}
        for whole in ("process.size", "flink.size"):
            if chance.random() < (0.8 if whole == "process.size" else 0.3):
                found[f"{process}.memory.{whole}"] = chance.choice(WHOLE)
        for part in PARTS[process]:
            if chance.random() < 0.2:
                found[f"{process}.memory.{part}"] = chance.choice(SIZES)
        for share in SHARES[process]:
            if chance.random() < 0.2:
                found[f"{process}.memory.{share}"] = chance.choice(FRACTIONS)
        if process == "taskmanager" and chance.random() < 0.15:
            found["taskmanager.numberOfTaskSlots"] = chance.choice(("0", "1", "4", "-1", "two"))
        if process == "taskmanager" and chance.random() < 0.1:
            found["taskmanager.network.numberOfBuffers"] = chance.choice(("2048", "4096", "-1"))
        if process == "taskmanager" and chance.random() < 0.1:
            found["taskmanager.network.memory.min"] = chance.choice(SIZES)
        yield found


@pytest.mark.parametrize("process", ["taskmanager", "jobmanager"])
def test_memory(process: str, engine: Flink) -> None:
    model = memory.task_manager if process == "taskmanager" else memory.job_manager
    asked = engine.task_manager if process == "taskmanager" else engine.job_manager
    started = 0
    for spec in specs(process, engine.version[1]):
        try:
            ours: tuple[int, ...] | None = astuple(model(spec, engine.version))
        except memory.Refused:
            ours = None
        theirs = asked(spec)
        assert ours == theirs, spec
        started += theirs is not None
    assert SPECS * 0.1 < started < SPECS * 0.9


# Texts with a syntax of their own, which we leave alone.
UNJUDGED = ("Map", "List")
VALUES = (
    *("true", "FALSE", "yes", "1", "-1", "2147483648", "1.5", "1e3", "", "abc", "10s", "1h30m"),
    *("4g", "4Gi", "PT1M", "none", "EXACTLY_ONCE", "exactly-once", "ALL", "auto", " 5"),
)


def test_values_of_options(engine: Flink) -> None:
    """Every option of Flink's core with every value."""
    known = options.catalogue(engine.version)
    jvm = engine.jvm.org.apache.flink.configuration
    classes = [
        *(jvm.CheckpointingOptions, jvm.TaskManagerOptions, jvm.JobManagerOptions, jvm.RestOptions),
        *(jvm.ClusterOptions, jvm.MetricOptions, jvm.PipelineOptions, jvm.CoreOptions),
        *(jvm.HighAvailabilityOptions, jvm.ResourceManagerOptions, jvm.WebOptions),
        *(jvm.NettyShuffleEnvironmentOptions, jvm.HeartbeatManagerOptions, jvm.BlobServerOptions),
        *(jvm.ExecutionOptions, jvm.SecurityOptions, jvm.HistoryServerOptions),
    ]
    asked = 0
    for one in classes:
        for option in _options(engine, one):
            ours = known.find(option.key())
            judged = (
                ours is not None and ours.key == option.key() and not ours.type.startswith(UNJUDGED)
            )
            for value in VALUES if judged else ():
                assert ours is not None
                said = values.refusal(ours, value, engine.version)
                taken = engine.reads(option, ours.key, value)
                assert (said == "") == taken, (ours.key, value, said)
                asked += 1
    assert asked > 4000


def _options(engine: Flink, one: object) -> Iterator[object]:
    loaded = engine.jvm.java.lang.Class.forName(one._fqn)  # type: ignore[attr-defined]
    for field in loaded.getDeclaredFields():
        if field.getType().getName() == "org.apache.flink.configuration.ConfigOption":
            field.setAccessible(True)
            yield field.get(None)
