"""The fast engine: a few sacrificial worker processes linked to Kustomize's own libraries.

A tree can crash a worker, hang it or fill its memory. The requests that it had in hand are then
tried again one at a time in workers of their own; one that fails there too is the culprit, and
that is its result. A worker that somebody else killed is no verdict on the tree.
"""

import contextlib
import json
import os
import queue
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from overlaykit.process import Ended, Talk, TimedOut
from overlaykit.render.engine import Render, Variant
from overlaykit.render.plain import OFFLINE

# Requests that a worker holds: it shall never wait for us, and little shall be lost with it.
DEPTH = 4
# How many workers are warmed: more are started for those who have much to render.
AHEAD = 2
ENVIRONMENT = {**OFFLINE, "GOMAXPROCS": "1"}


class Request(Struct, frozen=True):
    """A folder to render; `files` (path relative to the root: text) are read instead of the
    disk's; with `origin` Kustomize annotates each object with the file it came from."""

    folder: str
    files: Mapping[str, str] = field(default_factory=dict)
    origin: bool = False


class _Job(Struct):
    number: int
    request: Request
    alone: bool = False
    # When a worker was first lost with it, in seconds of the clock; 0: never.
    since: float = 0

    @property
    def is_asked_for(self) -> bool:
        """Whether somebody waits for the answer: nobody does when a worker is warmed."""
        return self.number >= 0

    @property
    def is_single(self) -> bool:
        """Whether a worker has nothing else in hand meanwhile: what is suspected, and what brings
        texts. Two that send each other more than a pipe holds would wait without end."""
        return self.alone or bool(self.request.files)


class _Worker(Struct):
    """A process, what it has in hand, and the objects that it has sent."""

    talk: Talk
    hand: deque[_Job] = field(default_factory=deque)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)


class WorkerEngine:
    """`seconds` and `memory` (MiB) are what one request may take; `count` workers at once."""

    def __init__(
        self, binary: Path, count: int = 0, seconds: float = 60, memory: int = 2048
    ) -> None:
        self.count = count or os.cpu_count() or 2
        self.seconds = seconds
        # The worker's own limit is for one whose caller was killed.
        self._argv = [str(binary), "-memory", str(memory), "-seconds", str(int(seconds) + 5)]
        self._ahead: deque[_Worker] = deque()

    def warm(self, folder: Path) -> None:
        """Start workers for the next request; until then they render a folder for practice."""
        for _ in range(min(self.count, AHEAD)):
            worker = self._start()
            self._ahead.append(worker)
            worker.hand.append(_Job(-1, Request("")))
            with contextlib.suppress(Ended):
                worker.talk.send(_line(worker.hand[0], folder, objects=True))

    def rest(self) -> None:
        """End the workers that nobody needed."""
        while self._ahead:
            self._ahead.popleft().talk.close()

    def _start(self) -> _Worker:
        return _Worker(Talk(self._argv, ENVIRONMENT))

    def _next(self, fresh: bool) -> _Worker:
        """A worker; a fresh one has rendered nothing."""
        try:
            return self._start() if fresh else self._ahead.popleft()
        except IndexError:
            return self._start()

    def build(
        self,
        root: Path,
        folders: Iterable[str],
        done: Callable[[Render], None],
        objects: bool = False,
    ) -> Iterator[Render]:
        return self.answer(root, map(Request, folders), done, objects)

    def vary(self, root: Path, variants: Sequence[Variant]) -> Iterator[Render]:
        requests = [Request(one.folder, one.instead) for one in variants]
        return self.answer(root, requests, objects=True)

    def answer(
        self,
        root: Path,
        requests: Iterable[Request],
        done: Callable[[Render], None] = lambda _: None,
        objects: bool = False,
    ) -> Iterator[Render]:
        """As `build`, for requests that ask for more than a folder as it is."""
        run = _Run(self._next, self.seconds, self.count, root, objects)
        early: dict[int, Render] = {}

        def note(finished: tuple[int, Render]) -> None:
            early[finished[0]] = finished[1]
            done(finished[1])

        try:
            for request in requests:
                run.add(request)
                while run.has_answers:
                    note(run.take())
            run.close()
            for number in range(run.asked):
                while number not in early:
                    note(run.take())
                yield early.pop(number)
        finally:
            run.stop()


class _Run:
    """The folders of one call, which may still be added to: threads with a worker each, and a
    queue of results."""

    def __init__(
        self,
        start: Callable[[bool], _Worker],
        seconds: float,
        count: int,
        root: Path,
        objects: bool,
    ) -> None:
        self._new, self._seconds, self._count = start, seconds, count
        self._root, self._objects = root, objects
        self.asked = 0
        self._todo: deque[_Job] = deque()
        # There is more to do, or there will be no more.
        self._changed = threading.Condition()
        self._closed = False
        self._results: queue.Queue[tuple[int, Render] | BaseException] = queue.Queue()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._talks: set[Talk] = set()

    def add(self, request: Request) -> None:
        """Give the workers one more folder."""
        with self._changed:
            self._todo.append(_Job(self.asked, request))
            self._changed.notify()
        self.asked += 1
        # One worker for every few folders: starting one costs as much as a few renders.
        if len(self._threads) < min(self._count, -(-self.asked // 4)):
            thread = threading.Thread(target=self._serve, daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """There will be no more folders."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def has_answers(self) -> bool:
        return not self._results.empty()

    def take(self) -> tuple[int, Render]:
        found = self._results.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def stop(self) -> None:
        """End all workers, whatever they do; leaves no process behind."""
        self._stopped.set()
        self._todo.clear()
        self.close()
        with self._lock:
            for talk in self._talks:
                talk.kill()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        worker: _Worker | None = None
        again: deque[_Job] = deque()
        try:
            while not self._stopped.is_set():
                if worker is None and self._is_more(again):
                    worker = self._begin(fresh=bool(again))
                if worker is None or not self._hand_out(worker, again):
                    break
                worker = self._answered(worker, again)
        except BaseException as error:
            if not self._stopped.is_set():
                self._results.put(error)
        finally:
            if worker is not None:
                self._end(worker)

    def _begin(self, fresh: bool) -> _Worker:
        worker = self._new(fresh)
        with self._lock:
            self._talks.add(worker.talk)
            if self._stopped.is_set():
                worker.talk.kill()
        return worker

    def _end(self, worker: _Worker) -> None:
        with self._lock:
            self._talks.discard(worker.talk)
            worker.talk.close()

    def _hand_out(self, worker: _Worker, again: deque[_Job]) -> bool:
        """Fill the worker's hand; whether it has something to do."""
        while len(worker.hand) < DEPTH and (job := self._next(worker.hand, again)) is not None:
            worker.hand.append(job)
            try:
                worker.talk.send(_line(job, self._root, self._objects))
            except Ended:
                break  # the next receive tells why
        return bool(worker.hand)

    def _next(self, hand: deque[_Job], again: deque[_Job]) -> _Job | None:
        """The next folder for a worker; None where it has to end what it has in hand first."""
        with self._changed:
            if not hand and not self._is_more(again):
                return None
            todo = again or self._todo
            if not todo or (hand and (hand[0].is_single or todo[0].is_single)):
                return None
            return todo.popleft()

    def _is_more(self, again: deque[_Job]) -> bool:
        """Whether there is something to do; waits until that is known."""
        with self._changed:
            self._changed.wait_for(lambda: again or self._todo or self._closed)
            return bool(again or self._todo)

    def _answered(self, worker: _Worker, again: deque[_Job]) -> _Worker | None:
        """Wait for one answer; the worker to go on with, None where a new one is needed."""
        try:
            answer = json.loads(worker.talk.receive(self._seconds))
        except (Ended, TimedOut) as lost:
            self._lost(worker, lost, again)
            return None
        job = worker.hand.popleft()
        if not job.is_asked_for:
            return worker
        if answer.get("fresh"):
            job.alone = True
            again.append(job)
        else:
            self._results.put((job.number, _render(job.request.folder, answer, worker.objects)))
        # After a request on its own the next ones get a new worker too.
        if answer.get("last") or job.alone:
            again.extendleft(reversed(worker.hand))
            self._end(worker)
            return None
        return worker

    def _lost(self, worker: _Worker, lost: Ended | TimedOut, again: deque[_Job]) -> None:
        """Try what the worker had in hand again, or name the culprit."""
        self._end(worker)
        hand = [job for job in worker.hand if job.is_asked_for]
        if not hand:
            return
        first = hand[0]
        now = time.monotonic()
        first.since = first.since or now
        # Who is killed by others is tried for as long as one that never ends.
        by_others = isinstance(lost, Ended) and lost.code < 0
        if first.alone and not (by_others and now - first.since < self._seconds):
            self._results.put(
                (first.number, Render(first.request.folder, error=_why(lost), lost=True))
            )
            hand = hand[1:]
        for job in hand:
            job.alone = True
        again.extend(hand)


def _line(job: _Job, root: Path, objects: bool) -> bytes:
    asked = job.request
    return json.dumps(
        {
            "id": job.number,
            "dir": str(root / asked.folder),
            "objects": objects,
            "origin": asked.origin,
            "files": {str(root / name): text for name, text in asked.files.items()},
        }
    ).encode()


def _render(folder: str, answer: dict[str, Any], known: dict[str, dict[str, Any]]) -> Render:
    if "error" in answer:
        return Render(folder, error=answer["error"])
    if "objects" not in answer:
        return Render(folder, text=answer.get("text", ""))
    known |= answer.get("new") or {}
    return Render(folder, objects=tuple((digest, known[digest]) for digest in answer["objects"]))


def _why(lost: Ended | TimedOut) -> str:
    if isinstance(lost, TimedOut):
        return f"Kustomize does not come to an end with it: {lost}"
    found = re.search(
        r"^(?:fatal error: |panic: )?(.*stack overflow|it .*|panic: .*|fatal .*)$",
        lost.err,
        re.MULTILINE,
    )
    if found:
        return f"Kustomize crashed: {found[0]}"
    last = [line for line in lost.err.splitlines() if line.strip()]
    return f"Kustomize ended with exit code {lost.code}" + (f": {last[-1]}" if last else "")
