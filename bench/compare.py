"""Koine's whole path against llama.cpp's own tools over the same native pack, in interleaved pairs. See bench/README.md."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
import pairs
import servers
from servers import NotAvailable

QUIET = 0.10  # share of the processors that others may use
SCENARIOS = ["text", "speed", "server", "restart", "cold"]
NOISY_PAIRS = 0.2  # share of the pairs that may be noisy in a valid run

STORY = (
    "The river came down from the hills in the spring, and the people of the valley went out to meet it. They spoke many "
    "languages, and each of them had a word for water that no other language had. "
)
QUESTION = "Write a long story about a river and the people who live beside it."


def said(*texts, system=None):
    """Messages of a person and a model in turns."""
    messages = [{"role": ("user", "assistant")[index % 2], "content": text} for index, text in enumerate(texts)]
    return ([{"role": "system", "content": system}] if system else []) + messages


CONVERSATIONS = [
    said("What is the capital of France? Answer in one sentence."),
    said("List three fruits."),
    said("What is 12 plus 30?"),
    said("Write a Python function that reverses a string."),
    said("Why is the sky blue?"),
    said("Write a haiku about the sea 🌊."),
    said("Translate to French: Good morning, my friends!"),
    said("ما هي عاصمة مصر؟"),
    said("भारत की राजधानी क्या है?"),
    said("日本の首都はどこですか。"),
    said("대한민국의 수도는 어디입니까?"),
    said("  Leading and trailing blanks  \n"),
    said("<b>Bold</b> & \"quoted\" {{ braces }} <|im_end|> in a question?"),
    said("Tell me a story about a fox.", system="You answer in rhymes."),
    said("What did I just ask?", system=""),
    said("My name is Amal.", "Hello Amal!", "What is my name?"),
    said("Count to five.", "1, 2, 3, 4, 5", "Now backwards.", "5, 4, 3, 2, 1", "And in words?"),
    said("Summarize: " + STORY * 3),
    said("Summarize: " + STORY * 12, "It is about a river.", "And who lives there?"),
    said("Explain: " + STORY * 30),
]


class Tools:
    def __init__(self, options):
        root = Path(options.root)
        self.bin = root / ".build/bench/build/bin"
        self.koine = [options.koine or str(root / "koine")]
        self.pack = sorted((root / ".build/bundle/packs").iterdir())[-1]
        self.starter = next((root / ".build/bundle/models").glob("*.gguf"))
        self.home = tempfile.mkdtemp(prefix="koine-bench-")
        self.environment = {**os.environ, "KOINE_HOME": self.home, "LC_ALL": "C.UTF-8"}

    def program(self, name):
        return str(self.bin / name)

    def output(self, command):
        """What a program prints; llama.cpp's look for the pack's processor libraries in the current folder."""
        done = subprocess.run(command, cwd=self.pack, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.returncode} {done.stderr.strip()[-300:]}")
        return done.stdout


class Bench:
    def __init__(self, options, tools):
        self.options, self.tools = options, tools
        self.measured = []
        self.results = []

    def measure(self, name, ours, theirs, higher_is_better, sides):
        """Runs both in turn; what they return is compared. Each pair begins with the other side."""
        self.measure_all([name], lambda: [ours()], lambda: [theirs()], higher_is_better, sides)

    def measure_all(self, names, ours, theirs, higher_is_better, sides):
        """The same, of runs that return several figures."""
        print(f"{', '.join(names)} …", file=sys.stderr, flush=True)
        results = [{"scenario": name, "sides": sides, "loadBefore": machine.load(), "pairs": []} for name in names]
        missing = None
        try:
            for index in range(self.options.pairs):
                others = self.wait_for_quiet()
                if index % 2 == 0:
                    mine, his = ours(), theirs()
                else:
                    his, mine = theirs(), ours()
                for result, our, their in zip(results, mine, his):
                    result["pairs"].append({"ours": our, "theirs": their, "others": round(others, 3)})
                shown = ", ".join(f"{our:.4g} / {their:.4g} = {our / their:.3f}" for our, their in zip(mine, his))
                print("  " + shown, file=sys.stderr, flush=True)
        except NotAvailable as reason:
            missing = str(reason)
        for result in results:
            result["loadAfter"] = machine.load()
            if missing is not None:
                result["notAvailable"] = missing
            else:
                result.update(pairs.summary([(p["ours"], p["theirs"]) for p in result["pairs"]]))
                noisy = sum(pair["others"] > QUIET for pair in result["pairs"])
                result["noisyPairs"] = noisy
                result["valid"] = noisy <= NOISY_PAIRS * len(result["pairs"])
            result["higherIsBetter"] = higher_is_better
        self.results.extend(results)
        self.keep()

    def wait_for_quiet(self):
        deadline = time.monotonic() + self.options.wait_quiet
        while True:
            others = machine.busy()
            if others <= QUIET or time.monotonic() > deadline:
                return others

    # (a), (b): one stream against llama-bench
    def speed(self, model):
        tools, threads = self.tools, self.options.threads
        if not self.options.as_it_comes:
            # as somebody has it who has let Koine find out what is quicker here
            found = json.loads(tools.output(tools.koine + ["engine", "measure", "--model", model, "--json"]))
            self.measured.append(found)
            servers.engines_gone(tools)

        def koine():
            report = json.loads(
                tools.output(
                    tools.koine + ["bench", "--model", model, "--prompt", "512", "--generate", "128", "--depth", "0"]
                    + ["--parallel", "1", "--threads", str(threads), "--repeat", "3", "--json"]
                )
            )
            servers.engines_gone(tools)
            return report["generationTokensPerSecond"], report["promptTokensPerSecond"]

        def llama_bench():
            rows = json.loads(
                tools.output(
                    [tools.program("llama-bench"), "-m", model, "-t", str(threads), "-r", "3", "-o", "json"]
                    + ["-p", "512", "-n", "128", "-b", "2048", "-ub", "512"]
                    + ["-ctk", "f16", "-ctv", "f16", "-fa", "auto"]
                )
            )
            speeds = {row["n_gen"] > 0: sorted(row["samples_ts"])[1] for row in rows}
            return speeds[True], speeds[False]

        name = Path(model).name
        self.measure_all(
            [f"generation, {name}", f"prompt, {name}"],
            koine,
            llama_bench,
            True,
            "koine bench / llama-bench, tokens per second",
        )

    # (c), (d), (f): against llama-server with as large a context
    def server(self, model):
        name, threads = Path(model).name, self.options.threads
        with servers.koine(self.tools, model, threads) as koine:
            context = koine.get("/v1/models")[1]["data"][0]["meta"]["n_ctx"]
            with servers.llama_server(self.tools, model, threads, context, 4) as other:
                sides = "koine / llama-server"
                self.measure(
                    f"four streams at once, {name}",
                    lambda: four(koine),
                    lambda: four(other),
                    True,
                    sides + ", tokens per second in all",
                )
                count = iter(range(1_000_000))
                self.measure(
                    f"first token of a follow-up, {name}",
                    lambda: 1000 * follow_up(koine, next(count)),
                    lambda: 1000 * follow_up(other, next(count)),
                    False,
                    sides + ", milliseconds",
                )
                memory = [(koine.peak_memory(), other.peak_memory())]
        self.results.append(
            {
                "scenario": f"peak memory after this, {name}",
                "sides": sides + f", bytes; context {context} on both sides, no cache of prompts beyond it",
                "pairs": [{"ours": memory[0][0], "theirs": memory[0][1]}],
                "ours": memory[0][0],
                "theirs": memory[0][1],
                "ratio": memory[0][0] / memory[0][1],
                "difference": memory[0][0] - memory[0][1],
                "higherIsBetter": False,
            }
        )
        self.keep()

    # (e): a conversation after a restart of the engine
    def restart(self, model):
        threads, count = self.options.threads, iter(range(1_000_000))

        def both():
            # the follow-up is new to both: only the first turn lies in the snapshot
            number = next(count)
            with servers.koine(self.tools, model, threads) as koine:
                follow_up(koine, f"{number} warm")
                hot = follow_up(koine, f"{number} hot")
                body = begin(koine, f"{number}")
                time.sleep(self.options.idle)
            with servers.koine(self.tools, model, threads) as koine:
                first, _, _, last = koine.stream("/v1/chat/completions", body)
            if last["timings"]["cache_n"] == 0:
                raise NotAvailable("no snapshot was used after the restart")
            return first, hot

        last = []

        def side(index):
            # one run gives both sides: whichever is asked for first runs it
            if not last:
                last.append(both())
                return 1000 * last[0][index]
            return 1000 * last.pop()[index]

        self.measure(
            f"first token after a restart, {Path(model).name}",
            lambda: side(0),
            lambda: side(1),
            False,
            "after a restart / hot, milliseconds",
        )

    # (g): a question with nothing running
    def cold(self, model):
        tools = self.tools
        ask = ["ask", "--no-save", "--model", model, "--max-tokens", "64", "--temperature", "0"]
        probe = tools.output(tools.koine + ask + ["--json", QUESTION]).splitlines()[-1]
        tokens = json.loads(probe)["timings"]["answerTokens"]
        if tokens != 64:
            raise RuntimeError(f"the answer has {tokens} tokens, not 64")
        servers.engines_gone(tools)

        def timed(command):
            begun = time.monotonic()
            tools.output(command)
            return time.monotonic() - begun

        def koine():
            seconds = timed(tools.koine + ask + [QUESTION])
            servers.engines_gone(tools)
            return seconds

        one_shot = [tools.program("one-shot"), str(tools.pack), model, "8192", str(self.options.threads), "64", QUESTION]
        self.measure(
            f"cold question of 64 tokens, {Path(model).name}",
            koine,
            lambda: timed(one_shot),
            False,
            "koine ask / C++ one-shot, seconds",
        )

    # cold answers to the same messages, one at a time: is the text the same?
    def text(self, model):
        name, different = Path(model).name, []
        with servers.koine(self.tools, model, self.options.threads) as koine:
            context = koine.get("/v1/models")[1]["data"][0]["meta"]["n_ctx"]
            with servers.llama_server(self.tools, model, self.options.threads, context, 4) as other:
                for messages in CONVERSATIONS:
                    body = {"messages": messages, "max_tokens": 64, "temperature": 0, "cache_prompt": False}
                    answers = [side.post("/v1/chat/completions", body) for side in (koine, other)]
                    mine, his = (answer["choices"][0]["message"]["content"] for answer in answers)
                    counts = [answer["usage"]["prompt_tokens"] for answer in answers]
                    if mine != his:
                        different.append({"messages": messages, "ours": mine, "theirs": his, "promptTokens": counts})
        self.results.append(
            {
                "scenario": f"same text, {name}",
                "sides": f"koine / llama-server --jinja, cold and greedy; answers that are equal, of {len(CONVERSATIONS)}",
                "pairs": different,
                "ours": len(CONVERSATIONS) - len(different),
                "theirs": len(CONVERSATIONS),
                "ratio": 1 - len(different) / len(CONVERSATIONS),
                "higherIsBetter": True,
                "valid": not different,
            }
        )
        self.keep()

    def keep(self):
        out = Path(self.options.out)
        out.mkdir(parents=True, exist_ok=True)
        document = {"machine": machine.describe(), "pack": self.tools.pack.name, "threads": self.options.threads}
        document["results"] = self.results
        document["measured"] = self.measured
        (out / "bench.json").write_text(json.dumps(document, indent=1))
        (out / "bench.md").write_text(table(document))


def four(server):
    prompts = [server.tokens(f"Story {number}. " + STORY, 64) for number in range(4)]
    seconds, counts = servers.together([lambda p=prompt: server.generate(p, 96) for prompt in prompts])
    return sum(counts) / seconds


def begin(server, number):
    """Has a conversation of one long question and its answer. Returns the body of the follow-up."""
    key = f"bench-{os.getpid()}-{number}"
    first = {"role": "user", "content": f"Text {number}. " + STORY * 20 + "What is this about?"}
    body = {
        "messages": [first],
        "max_tokens": 24,
        "temperature": 0,
        "prompt_cache_key": key,
        "prompt_cache_retention": "24h",
    }
    text = server.stream("/v1/chat/completions", body)[2]
    messages = [first, {"role": "assistant", "content": text}, {"role": "user", "content": "And what is it not about?"}]
    return {**body, "messages": messages}


def follow_up(server, number):
    return server.stream("/v1/chat/completions", begin(server, number))[0]


def table(document):
    lines = [
        f"{document['machine']['processor']}, {document['machine']['logicalProcessors']} logical processors, pack "
        f"{document['pack']}, {document['threads']} threads",
        "",
        "| scenario | sides | ours | theirs | ratio (median) | 95 % | pairs | load before, after | valid |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for result in document["results"]:
        cells = [result["scenario"], result["sides"]]
        if "notAvailable" in result:
            cells += ["not available: " + result["notAvailable"]] + [""] * 6
        else:
            interval = f"{result['low']:.3f} to {result['high']:.3f}" if "low" in result else ""
            loads = f"{result['loadBefore'][0]}, {result['loadAfter'][0]}" if "loadBefore" in result else ""
            no = f"no: others worked in {result['noisyPairs']}" if "noisyPairs" in result else "no"
            valid = {True: "yes", False: no, None: ""}[result.get("valid")]
            cells += [f"{result['ours']:.5g}", f"{result['theirs']:.5g}", f"{result['ratio']:.3f}", interval]
            cells += [str(len(result["pairs"])), loads, valid]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--model", action="append", help="a GGUF file; may be given again (default: the starter model)")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="default: all")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--as-it-comes", action="store_true", help="speed: without having Koine measure before what is quicker here"
    )
    parser.add_argument("--koine", help="another koine than this checkout's, such as an installed one")
    parser.add_argument("--idle", type=float, default=5, help="seconds a conversation rests before the restart")
    parser.add_argument("--wait-quiet", type=float, default=30, help="longest wait before a pair for others to rest, seconds")
    parser.add_argument("--out", default=None, help="folder for bench.json and bench.md")
    options = parser.parse_args()
    options.out = options.out or str(Path(options.root) / ".build/bench/results")
    tools = Tools(options)
    bench = Bench(options, tools)
    try:
        for model in options.model or [str(tools.starter)]:
            model = os.path.abspath(model)
            for scenario in options.scenario or SCENARIOS:
                try:
                    getattr(bench, scenario)(model)
                except (RuntimeError, NotAvailable) as failure:
                    bench.results.append({"scenario": scenario, "sides": "", "notAvailable": str(failure), "pairs": []})
                    bench.keep()
    finally:
        shutil.rmtree(tools.home, ignore_errors=True)
    print((Path(options.out) / "bench.md").read_text())
    measured = all("notAvailable" not in result and result.get("valid", True) for result in bench.results)
    sys.exit(0 if measured else 3)


if __name__ == "__main__":
    main()
