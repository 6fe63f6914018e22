"""A group of processes whose memory the system limits, swap included: cgroup v2, cgroup v1, or systemd."""

import contextlib
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path


class NoGroup(Exception):
    """This system gives us none."""


def _mounts():
    """(root of cgroup v2 or None, root of v1's memory controller or None)"""
    second, first = None, None
    with open("/proc/mounts") as file:
        for line in file:
            _, place, kind, options = line.split()[:4]
            if kind == "cgroup2":
                second = Path(place)
            elif kind == "cgroup" and "memory" in options.split(","):
                first = Path(place)
    return second, first


def _own(version):
    """This process's group, as a path below the root."""
    with open("/proc/self/cgroup") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            if (version == 2 and controllers == "") or (version == 1 and "memory" in controllers.split(",")):
                return path.lstrip("/")
    return ""


def _upwards(root, path):
    """The folder and those above it, up to the root."""
    folder = root / path
    while True:
        if folder.is_dir():
            yield folder
        if folder == root:
            return
        folder = folder.parent


def _has_swap():
    with open("/proc/swaps") as file:
        return len(file.readlines()) > 1


def _number(file, key=None):
    """A file's only number, or the one after a key."""
    for line in file.read_text().splitlines():
        words = line.split()
        if key is None:
            return int(words[0])
        if words[0] == key:
            return int(words[1])
    return 0


class Group:
    def __init__(self, folder, version, entered, undo=None):
        """undo is called when the group is gone"""
        self.folder, self.version, self.entered, self._undo = folder, version, entered, undo
        self._highest, self._watching = 0, True
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def command(self, words):
        """The command, to be started in the group; what it starts stays in it."""
        if self.entered:
            return words
        return ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', str(self.folder)] + words

    def limit(self):
        return _number(self.folder / ("memory.max" if self.version == 2 else "memory.limit_in_bytes"))

    def used(self):
        return _number(self.folder / ("memory.current" if self.version == 2 else "memory.usage_in_bytes"))

    def peak(self):
        """The most bytes ever charged; where the kernel does not tell, the most that was seen, looking 20 times a second."""
        file = self.folder / ("memory.peak" if self.version == 2 else "memory.max_usage_in_bytes")
        return _number(file) if file.exists() else self._highest

    def peak_anonymous(self):
        """The most bytes seen that no file backs, looking 20 times a second."""
        return self._highest_anonymous

    def killed(self):
        """How many processes the system ended because the group had no memory left."""
        if self.version == 2:
            return _number(self.folder / "memory.events", "oom_kill")
        return _number(self.folder / "memory.oom_control", "oom_kill")

    def processes(self):
        own = os.getpid()
        return [int(line) for line in (self.folder / "cgroup.procs").read_text().split() if int(line) != own]

    _highest_anonymous = 0

    def _watch(self):
        key = "anon" if self.version == 2 else "rss"
        while self._watching:
            with contextlib.suppress(OSError):
                self._highest = max(self._highest, self.used())
                self._highest_anonymous = max(self._highest_anonymous, _number(self.folder / "memory.stat", key))
            time.sleep(0.05)

    def close(self):
        self._watching = False
        self._watcher.join()
        if self.entered:
            return
        deadline = time.monotonic() + 30
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        with contextlib.suppress(OSError):
            self.folder.rmdir()
        if self._undo:
            self._undo()


def _enable_memory(parent):
    """Lets the groups below be limited. Returns what takes that back, or None where it was so before."""
    control = parent / "cgroup.subtree_control"
    if "memory" in control.read_text().split():
        return None
    control.write_text("+memory")

    def undo():
        with contextlib.suppress(OSError):  # another may have begun to need it
            control.write_text("-memory")

    return undo


def _second(root, limit):
    for parent in _upwards(root, _own(2)):
        folder = parent / f"koine-{os.getpid()}"
        undo = None
        try:
            undo = _enable_memory(parent)
            folder.mkdir()
            (folder / "memory.max").write_text(str(limit))
            swap = folder / "memory.swap.max"
            if swap.exists() or _has_swap():
                swap.write_text("0")
            return Group(folder, 2, False, undo)
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
            if undo:
                undo()
    return None


def _first(root, limit):
    for parent in _upwards(root, _own(1)):
        folder = parent / f"koine-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            (folder / "memory.limit_in_bytes").write_text(str(limit))
            both = folder / "memory.memsw.limit_in_bytes"  # memory and swap together
            if both.exists() or _has_swap():
                both.write_text(str(limit))
            return Group(folder, 1, False)
        except OSError:
            folder.rmdir()
    return None


def make(limit):
    """A group of our own making. Raises NoGroup when the system lets us make none."""
    second, first = _mounts()
    group = (_second(second, limit) if second else None) or (_first(first, limit) if first else None)
    if group is None:
        raise NoGroup()
    return group


def entered(limit):
    """The group that systemd started us in."""
    second, first = _mounts()
    for version, root, name in ((2, second, "memory.max"), (1, first, "memory.limit_in_bytes")):
        folder = root / _own(version) if root else None
        if folder and (folder / name).exists():
            text = (folder / name).read_text().strip()
            if text.isdigit() and int(text) <= limit:
                return Group(folder, version, True)
    raise NoGroup()


def through_systemd(limit, command):
    """Starts the command in a scope of systemd's, the user's own or else the system's. Returns its exit code."""
    if shutil.which("systemd-run"):
        for who in (["--user"], []):
            scope = ["systemd-run", *who, "--scope", "--quiet", "--collect"]
            scope += ["-p", f"MemoryMax={limit}", "-p", "MemorySwapMax=0"]
            if subprocess.run(scope + ["true"], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0:
                return subprocess.run(scope + command).returncode
    raise NoGroup()
