"""The whole program in a group of processes with little memory: does it answer, and what does it use? See bench/README.md."""

import argparse
import contextlib
import ctypes
import json
import mmap
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import memory_group

QUESTIONS = [
    "What is the capital of France? Answer in one sentence.",
    "Write a long story about a river and the people who live beside it.",
]
PATIENCE = 300  # seconds for all of it, before the window's process is ended
OPTIONS_OF_NO_DISPLAY = ["-Dglass.platform=Headless", "-Dprism.order=sw"]
NO_GROUP = (
    "This system lets us limit no group of processes: neither cgroup v2 nor v1 can be written to, nor does systemd-run "
    "start a scope. Run it as root, or in a session of systemd's."
)


class Failed(Exception):
    """What did not work, as a sentence."""


def size(text):
    found = re.fullmatch(r"(\d+)([KMG]?)", text.upper())
    if not found:
        raise argparse.ArgumentTypeError("a number with K, M or G, such as 2G")
    return int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]]


def megabytes(count):
    return f"{count / 1e6:.0f} MB"


def hands_folder(options):
    return options.root / ".build/bench/hands"


def program(options):
    """Java's arguments of the program, as setup wrote them: one a line, in quotes where there are blanks."""
    lines = (line.strip() for line in (options.root / ".build/app/run.args").read_text().splitlines())
    return [re.sub(r"\\(.)", r"\1", line[1:-1]) if line.startswith('"') else line for line in lines]


def build_hands(options):
    """Compiles WindowHands into a jar, since java's start cache takes no folder of classes."""
    arguments, folder = program(options), hands_folder(options)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    libraries = [arguments[arguments.index(name) + 1] for name in ("-cp", "--module-path")]
    compiler = [f"{options.jdk}/bin/javac", "-d", folder / "classes", "-cp", libraries[0], "--module-path", libraries[1]]
    subprocess.run(compiler + ["--add-modules=javafx.controls", options.root / "bench/WindowHands.java"], check=True)
    packer = [f"{options.jdk}/bin/jar", "--create", "--file", folder / "hands.jar"]
    subprocess.run(packer + ["-C", folder / "classes", "."], check=True)


def window_command(options):
    arguments = program(options)
    arguments[arguments.index("-cp") + 1] += os.pathsep + str(hands_folder(options) / "hands.jar")
    return [f"{options.jdk}/bin/java", *arguments, *OPTIONS_OF_NO_DISPLAY, "WindowHands"]


def cached(file, size):
    """Bytes of the file that the system holds; 0 where it does not tell."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        pages = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
        address = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
        if address == ctypes.c_void_p(-1).value:
            return 0
        known = libc.mincore(ctypes.c_void_p(address), ctypes.c_size_t(size), pages) == 0
        libc.munmap(ctypes.c_void_p(address), ctypes.c_size_t(size))
        return mmap.PAGESIZE * sum(page & 1 for page in bytes(pages)) if known else 0
    except (OSError, AttributeError):
        return 0


def forget(options):
    """Has the system drop what it holds of the files of program and java, so that our group is charged for reading them."""
    folders = [options.root / ".build/app", options.root / ".build/bundle", Path(options.jdk)]
    files = {file.resolve() for folder in folders for file in folder.rglob("*") if file.is_file()}
    held = {}
    for file in files:
        try:
            with open(file, "rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                size = os.fstat(opened.fileno()).st_size
                held[file] = cached(opened, size) if size else 0
        except OSError as failure:
            print(f"not dropped: {file} ({failure.strerror})", flush=True)
    if sum(held.values()):
        most = max(held, key=held.get)
        print(
            f"{megabytes(sum(held.values()))} of files could not be dropped, since other programs use them, most of {most}: "
            "who read them first is charged for them, not our group",
            flush=True,
        )


def ask_beside(environment, group, koine, question):
    """A question on the command line; its answer must come to a good end."""
    done = subprocess.run(group.command([koine, "ask", "--json", question]), env=environment, capture_output=True, text=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or not events or events[-1]["type"] != "done":
        raise Failed(f"koine ask ended with {done.returncode}: {(done.stderr.strip() or done.stdout.strip())[-300:]}")
    return "".join(event.get("text", "") for event in events if event["type"] == "delta")


def line_of(window):
    line = window.stdout.readline().strip()
    if not line:
        code = window.wait()
        raise Failed(f"the window's process ended with {code} before it had answered")
    if line.startswith("notice "):
        raise Failed("the window says: " + line.removeprefix("notice "))
    return line


def answers(options, group, home):
    environment = {**os.environ, "KOINE_HOME": home, "LC_ALL": "C.UTF-8"}
    environment.pop("DISPLAY", None)
    koine = str(options.root / "koine")
    begun = time.monotonic()
    with open(Path(home) / "window.err", "w") as errors:
        window = subprocess.Popen(
            group.command(window_command(options)),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    patience = threading.Timer(PATIENCE, window.kill)  # a program starved of memory may stand still
    patience.daemon = True
    patience.start()
    try:
        line_of(window)
        print(f"window open after {time.monotonic() - begun:.1f} s, {megabytes(group.used())} in use", flush=True)
        for question in QUESTIONS:
            begun = time.monotonic()
            window.stdin.write(question + "\n")
            window.stdin.flush()
            said = line_of(window)
            print(f"window: {said}, {time.monotonic() - begun:.1f} s, {megabytes(group.used())} in use", flush=True)
        begun = time.monotonic()
        text = ask_beside(environment, group, koine, QUESTIONS[0])
        if not text.strip():
            raise Failed("koine ask printed no answer")
        print(f"koine ask beside it: {text.strip()!r}, {time.monotonic() - begun:.1f} s", flush=True)
        window.stdin.close()
        if window.wait(timeout=60) != 0:
            raise Failed(f"the window's process ended with {window.returncode}")
        listed = subprocess.run(
            group.command([koine, "conversations", "list", "--json"]), env=environment, capture_output=True, text=True
        )
        stored = [one["messageCount"] for one in json.loads(listed.stdout or "[]")]
        if sorted(stored) != [2, 2 * len(QUESTIONS)]:
            raise Failed(f"conversations were stored with so many messages: {stored}")
    finally:
        patience.cancel()
        if window.poll() is None:
            window.kill()
            window.wait()
        end_rest(group)


def end_rest(group):
    """Engines end by themselves some seconds after the last who asked; what is starved may not."""
    deadline = time.monotonic() + 20
    while group.processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in group.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def prove(options, group):
    """Whether all was answered and nobody was killed; says what was used."""
    failed = ""
    home = tempfile.mkdtemp(prefix="koine-memory-")
    try:
        forget(options)
        answers(options, group, home)
        print(f"at most {megabytes(group.peak())} in use, {megabytes(group.peak_anonymous())} of it not from files")
    except (Failed, OSError, ValueError, subprocess.SubprocessError) as failure:
        failed = str(failure)
    finally:
        killed = group.killed()
        group.close()
        shutil.rmtree(home, ignore_errors=True)
    if killed:
        failed = (failed + "; " if failed else "") + f"processes killed for lack of memory: {killed}"
    print("FAILED: " + failed if failed else "answered, and nobody was killed for lack of memory", flush=True)
    return not failed


def main():
    parser = argparse.ArgumentParser(prog="bench/memory-limit", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--jdk", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--entered", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--limit", type=size, default=size("2G"), help="memory for all processes together (2G)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    if not options.entered:
        build_hands(options)
    try:
        group = memory_group.entered(options.limit) if options.entered else memory_group.make(options.limit)
    except memory_group.NoGroup:
        try:
            if options.entered:
                raise
            again = [sys.executable, __file__, *sys.argv[1:], "--entered"]
            return memory_group.through_systemd(options.limit, again)
        except memory_group.NoGroup:
            print(NO_GROUP, file=sys.stderr)
            return 4
    print(f"limit {megabytes(group.limit())}, no swap, cgroup v{group.version}", flush=True)
    return 0 if prove(options, group) else 1


if __name__ == "__main__":
    sys.exit(main())
