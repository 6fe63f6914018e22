"""Koine's engine process and llama-server, asked by one and the same client."""

import contextlib
import glob
import http.client
import json
import os
import socket
import subprocess
import threading
import time

import machine


class NotAvailable(Exception):
    """What a scenario measures does not exist here (yet)."""


class Server:
    def __init__(self, port, token, pid):
        self.port, self.token, self.pid = port, token, pid

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return connection, connection.getresponse()

    def get(self, path):
        connection, response = self.request("GET", path)
        with contextlib.closing(connection):
            return response.status, json.loads(response.read() or b"null")

    def post(self, path, body):
        connection, response = self.request("POST", path, body)
        with contextlib.closing(connection):
            text = response.read()
            if response.status in (404, 501):
                raise NotAvailable(path)
            if response.status != 200:
                raise RuntimeError(f"{path}: {response.status} {text[:300]!r}")
            return json.loads(text)

    def stream(self, path, body):
        """(seconds to the first token, seconds to the end, text, last event that has timings)"""
        begun = time.monotonic()
        connection, response = self.request("POST", path, {**body, "stream": True})
        with contextlib.closing(connection):
            if response.status in (404, 501):
                raise NotAvailable(path)
            if response.status != 200:
                raise RuntimeError(f"{path}: {response.status} {response.read()[:300]!r}")
            first, text, last = None, [], {}
            for line in response:
                if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
                    continue
                event = json.loads(line[6:])
                if "error" in event:
                    raise RuntimeError(f"{path}: {event['error']}")
                for choice in event.get("choices", []):
                    piece = choice.get("text") or choice.get("delta", {}).get("content") or ""
                    if piece:
                        first = first or time.monotonic()
                        text.append(piece)
                if "timings" in event:
                    last = event
        ended = time.monotonic()
        return (first or ended) - begun, ended - begun, "".join(text), last

    def tokens(self, text, count):
        some = self.post("/tokenize", {"content": text})["tokens"]
        return (some * (count // len(some) + 1))[:count]

    def generate(self, prompt, count):
        """Tokens written, by the server's count."""
        body = {
            "prompt": prompt,
            "max_tokens": count,
            "temperature": 0,
            "ignore_eos": True,
            "cache_prompt": False,
        }
        return self.stream("/v1/completions", body)[3]["timings"]["predicted_n"]

    def peak_memory(self):
        return machine.peak_memory(self.pid)


@contextlib.contextmanager
def koine(tools, model, threads):
    """The engine as `koine` starts it; it stays while this holds a lease."""
    starter = subprocess.Popen(
        tools.koine + ["bench", "--model", model, "--threads", str(threads), "--prompt", "8", "--generate", "1"]
        + ["--repeat", "1", "--json"],
        env=tools.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    server, lease = None, None
    try:
        deadline = time.monotonic() + 120
        while server is None:
            for path in glob.glob(tools.home + "/engine/engine-*.json"):
                with open(path) as file:
                    found = json.load(file)
                server = Server(int(found["address"].rsplit(":", 1)[1]), found["token"], found["pid"])
            if time.monotonic() > deadline or (server is None and starter.poll() not in (None, 0)):
                raise RuntimeError("koine started no engine: " + starter.stderr.read())
            time.sleep(0.005)
        lease, _ = server.request("GET", "/koine/lease")
        while server.get("/health")[0] != 200:
            time.sleep(0.02)
        starter.wait()
        yield server
    finally:
        if lease is not None:
            lease.sock.shutdown(socket.SHUT_RDWR)
            lease.close()
        starter.wait()
        starter.stderr.close()
        engines_gone(tools)


def engines_gone(tools):
    """Waits until no engine of Koine's runs any more."""
    deadline = time.monotonic() + 30
    while glob.glob(tools.home + "/engine/engine-*.json"):
        if time.monotonic() > deadline:
            raise RuntimeError("the engine does not end")
        time.sleep(0.05)
    time.sleep(0.3)  # the process itself ends right after its file


@contextlib.contextmanager
def llama_server(tools, model, threads, context, slots):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [tools.program("llama-server"), "-m", model, "--host", "127.0.0.1", "--port", str(port)]
        + ["-t", str(threads), "-tb", str(threads), "-c", str(context), "-b", "2048", "-ub", "512", "-np", str(slots)]
        + ["-kvu", "--cache-ram", "0", "-ctk", "f16", "-ctv", "f16", "-fa", "auto", "--jinja", "--no-webui"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tools.pack,
        env={**os.environ, "LLAMA_ARG_OFFLINE": "1"},
    )
    server = Server(port, "", process.pid)
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError):
                if server.get("/health")[0] == 200:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("llama-server did not start")
            time.sleep(0.02)
        yield server
    finally:
        process.terminate()
        process.wait()


def together(tasks):
    """Runs them at the same time. Returns (seconds until the last ended, their results)."""
    results, failures = [None] * len(tasks), []

    def run(index):
        try:
            results[index] = tasks[index]()
        except Exception as failure:  # handed to the caller below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(tasks))]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.monotonic() - begun, results
