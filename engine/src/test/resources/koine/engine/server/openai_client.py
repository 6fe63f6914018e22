"""Asks an engine through OpenAI's own client. Prints one JSON object a check: its name, and what went wrong or null."""

import base64
import json
import math
import struct
import sys
import time
import traceback
from typing import Literal

import openai
import pydantic

BASE, TOKEN, MODEL, EMBEDS = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] == "true"

sent = []
client = openai.OpenAI(
    base_url=BASE,
    api_key=TOKEN,
    timeout=60,
    http_client=openai.DefaultHttpxClient(event_hooks={"request": [lambda request: sent.append(request.url.path)]}),
)

QUESTION = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]


def chat(**more):
    wishes = {"model": MODEL, "messages": QUESTION, "temperature": 0, "max_tokens": 24}
    wishes.update(more)
    return client.chat.completions.create(**wishes)


def refused(error, call):
    try:
        call()
    except error as caught:
        return caught
    raise AssertionError("was not refused")


def an_answer_has_its_text_reason_and_usage():
    answer = chat()
    assert answer.object == "chat.completion" and answer.model == MODEL
    choice = answer.choices[0]
    assert choice.message.role == "assistant"
    assert choice.message.content == "The capital of France is Paris.", choice.message.content
    assert choice.finish_reason == "stop"
    usage = answer.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.completion_tokens_details.reasoning_tokens == 0
    assert usage.prompt_tokens_details.cached_tokens == 0


def a_stream_gives_the_same_text_in_chunks_and_the_usage_at_its_end():
    whole = chat()
    chunks = list(chat(stream=True, stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content, text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert not chunks[-1].choices and chunks[-1].usage.total_tokens == whole.usage.total_tokens
    assert len({c.id for c in chunks}) == 1


def the_client_s_own_stream_helper_assembles_it():
    with client.chat.completions.stream(model=MODEL, messages=QUESTION, temperature=0, max_tokens=24) as stream:
        kinds = {event.type for event in stream}
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content == "The capital of France is Paris."
    assert "content.delta" in kinds and "content.done" in kinds, kinds


def a_limit_ends_the_answer_and_says_so():
    answer = chat(max_tokens=3)
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 3
    newer = chat(max_tokens=openai.NOT_GIVEN, max_completion_tokens=2)
    assert newer.usage.completion_tokens == 2


def a_stop_text_ends_the_answer_and_is_no_part_of_it():
    for stop in (" Paris", ["nothing like this", " Paris"]):
        answer = chat(stop=stop)
        assert answer.choices[0].message.content == "The capital of France is", answer.choices[0].message.content
        assert answer.choices[0].finish_reason == "stop"


def equal_seeds_give_equal_answers_and_others_do_not():
    def text(seed):
        return chat(temperature=1.5, seed=seed, max_tokens=40).choices[0].message.content

    assert text(7) == text(7)
    assert len({text(seed) for seed in range(4)}) > 1


def developers_and_parts_of_content_are_understood():
    answer = chat(
        messages=[
            {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
            {"role": "user", "content": [{"type": "text", "text": "Say "}, {"type": "text", "text": "hello"}]},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Again"},
        ]
    )
    assert answer.choices[0].message.content


def an_answer_can_be_sent_back_as_it_came():
    first = chat().choices[0].message
    answer = chat(messages=QUESTION + [first, {"role": "user", "content": "And of Spain?"}])
    assert answer.choices[0].message.content


class City(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    name: Literal["Paris", "Lyon"]
    districts: int = pydantic.Field(ge=1, le=99)
    capital: bool


def a_json_schema_is_kept_whatever_the_dice_say():
    form = {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": City.model_json_schema()}}
    for seed in range(4):
        answer = chat(response_format=form, temperature=1.2, seed=seed, max_tokens=100)
        assert answer.choices[0].finish_reason == "stop", answer.choices[0]
        City.model_validate_json(answer.choices[0].message.content, strict=True)


def a_class_of_one_s_own_is_parsed_into():
    answer = client.chat.completions.parse(model=MODEL, messages=QUESTION, response_format=City, max_tokens=100)
    assert isinstance(answer.choices[0].message.parsed, City)


def any_json_object_can_be_asked_for():
    ended = 0
    for seed in range(4):
        answer = chat(response_format={"type": "json_object"}, temperature=0.5, seed=seed, max_tokens=200)
        text = answer.choices[0].message.content
        assert text.startswith("{"), text
        if answer.choices[0].finish_reason == "stop":
            assert isinstance(json.loads(text), dict)
            ended += 1
    assert ended


def a_grammar_of_one_s_own_is_kept():
    answer = chat(extra_body={"grammar": 'root ::= "yes" | "no"'}, temperature=2)
    assert answer.choices[0].message.content in ("yes", "no")


def a_schema_that_cannot_be_kept_is_refused_with_its_place():
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"properties": {"a": {"$ref": "#/nowhere"}}}}}
    error = refused(openai.BadRequestError, lambda: chat(response_format=form))
    assert "#/properties/a" in error.message, error.message
    error = refused(openai.BadRequestError, lambda: chat(extra_body={"grammar": 'root ::= "a"\nb ::= ('}))
    assert "line 2" in error.message, error.message


def scores_are_told_token_by_token():
    whole = chat(logprobs=True, top_logprobs=3)
    tokens = whole.choices[0].logprobs.content
    assert "".join(t.token for t in tokens) == whole.choices[0].message.content
    for token in tokens:
        assert token.logprob <= 0 and bytes(token.bytes).decode() == token.token
        assert len(token.top_logprobs) == 3
        assert [t.logprob for t in token.top_logprobs] == sorted((t.logprob for t in token.top_logprobs), reverse=True)
        assert math.isclose(token.top_logprobs[0].logprob, token.logprob), "greedy takes the likeliest"
    streamed = []
    for chunk in chat(logprobs=True, top_logprobs=0, stream=True):
        if chunk.choices[0].logprobs:
            streamed += chunk.choices[0].logprobs.content
    assert [t.token for t in streamed] == [t.token for t in tokens]
    assert all(t.top_logprobs == [] for t in streamed)
    assert chat().choices[0].logprobs is None


def scores_end_where_a_stop_text_begins():
    answer = chat(logprobs=True, stop=" Paris")
    assert "".join(t.token for t in answer.choices[0].logprobs.content) == answer.choices[0].message.content


def a_bias_forbids_and_forces_tokens():
    paris = client.post("/../tokenize", body={"content": " Paris"}, cast_to=dict)["tokens"][0]
    assert "Paris" not in chat(logit_bias={str(paris): -100}).choices[0].message.content
    assert chat(logit_bias={str(paris): 100}, max_tokens=3).choices[0].message.content == " Paris Paris Paris"


def penalties_change_a_repeating_answer():
    question = [{"role": "user", "content": "Write the word yes one hundred times."}]
    plain = chat(messages=question, max_tokens=60).choices[0].message.content
    for penalty in (
        {"frequency_penalty": 2.0},
        {"presence_penalty": 2.0},
        {"extra_body": {"repeat_penalty": 1.8}},
        {"extra_body": {"dry_multiplier": 2.0, "dry_allowed_length": 1, "dry_sequence_breakers": ["\n\n"]}},
    ):
        assert chat(messages=question, max_tokens=60, **penalty).choices[0].message.content != plain, penalty


def a_conversation_s_key_shares_what_was_read_and_nothing_else_does():
    first = chat(prompt_cache_key="python")
    again = chat(prompt_cache_key="python")
    assert again.usage.prompt_tokens_details.cached_tokens > 0
    assert again.choices[0].message.content == first.choices[0].message.content
    for other in ({"prompt_cache_key": "other"}, {"prompt_cache_key": "python", "extra_body": {"cache_prompt": False}}):
        assert chat(**other).usage.prompt_tokens_details.cached_tokens == 0


def a_plain_completion_continues_a_text():
    answer = client.completions.create(model=MODEL, prompt="The capital of France is", temperature=0, max_tokens=5)
    assert answer.object == "text_completion"
    assert "Paris" in answer.choices[0].text, answer.choices[0].text
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 5
    tokens = client.post("/../tokenize", body={"content": "The capital of France is", "add_special": True}, cast_to=dict)
    for prompt in (["The capital of France is"], tokens["tokens"], [tokens["tokens"]]):
        same = client.completions.create(model=MODEL, prompt=prompt, temperature=0, max_tokens=5)
        assert same.choices[0].text == answer.choices[0].text, prompt
    streamed = client.completions.create(
        model=MODEL, prompt="The capital of France is", temperature=0, max_tokens=5, stream=True
    )
    assert "".join(c.choices[0].text for c in streamed) == answer.choices[0].text
    usual = client.completions.create(model=MODEL, prompt="Once upon a time", extra_body={"ignore_eos": True})
    assert usual.usage.completion_tokens == 16


def a_prompt_is_scored_when_it_is_echoed():
    prompt = "The capital of Fränkreich is"
    for stream in (False, True):
        answer = client.completions.create(
            model=MODEL, prompt=prompt, temperature=0, max_tokens=2, echo=True, logprobs=2, stream=stream
        )
        parts = [chunk.choices[0] for chunk in (answer if stream else [answer])]
        text = "".join(part.text for part in parts)
        assert text.startswith(prompt)
        scores = {
            name: sum((getattr(part.logprobs, name) for part in parts), [])
            for name in ("tokens", "token_logprobs", "top_logprobs", "text_offset")
        }
        assert len({len(values) for values in scores.values()}) == 1
        assert scores["token_logprobs"][0] is None and scores["top_logprobs"][0] is None
        assert all(score <= 0 for score in scores["token_logprobs"][1:])
        assert all(len(top) in (2, 3) for top in scores["top_logprobs"][1:])
        assert scores["text_offset"][0] == 0 and scores["text_offset"] == sorted(scores["text_offset"])
        assert text[scores["text_offset"][-1] :] == scores["tokens"][-1]
        for token, score, top in zip(scores["tokens"][1:], scores["token_logprobs"][1:], scores["top_logprobs"][1:]):
            assert top[token] == score
    only = client.completions.create(model=MODEL, prompt=prompt, max_tokens=0, echo=True, logprobs=0)
    assert only.choices[0].text == prompt and only.usage.completion_tokens == 0
    assert only.choices[0].logprobs.tokens == scores["tokens"][:-2]
    bare = client.completions.create(model=MODEL, prompt=prompt, max_tokens=0, echo=True)
    assert bare.choices[0].text == prompt and bare.choices[0].logprobs is None


def embeddings_are_numbers_or_a_typed_refusal():
    def embed(texts, **more):
        return client.embeddings.create(model=MODEL, input=texts, **more)

    if not EMBEDS:
        before = len(sent)
        error = refused(openai.InternalServerError, lambda: embed("x"))
        assert error.status_code == 501 and error.type == "not_supported_error", error
        assert len(sent) == before + 1, "what is not supported is not asked for again"
        return
    answer = embed(["a cat", "a kitten", "a tax return"])
    vectors = [item.embedding for item in answer.data]
    assert all(math.isclose(sum(x * x for x in v), 1, abs_tol=1e-3) for v in vectors)
    raw = client.post("/embeddings", body={"input": "a cat", "encoding_format": "base64"}, cast_to=dict)
    packed = base64.b64decode(raw["data"][0]["embedding"])
    unpacked = struct.unpack("<%df" % (len(packed) // 4), packed)
    assert all(math.isclose(a, b, abs_tol=1e-3) for a, b in zip(unpacked, vectors[0]))
    floats = embed("a cat", encoding_format="float").data[0].embedding
    assert len(floats) == len(unpacked)
    refused(openai.InternalServerError, lambda: embed("a cat", dimensions=7))
    refused(openai.BadRequestError, lambda: embed([]))


def models_are_listed_and_found():
    assert [m.id for m in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).owned_by == "koine"
    assert refused(openai.NotFoundError, lambda: client.models.retrieve("another")).code == "model_not_found"


def errors_are_of_their_classes():
    stranger = openai.OpenAI(base_url=BASE, api_key="wrong", timeout=10)
    assert refused(openai.AuthenticationError, lambda: stranger.models.list()).status_code == 401
    assert refused(openai.BadRequestError, lambda: chat(temperature=-1)).type == "invalid_request_error"
    refused(openai.BadRequestError, lambda: chat(messages=[]))
    refused(openai.NotFoundError, lambda: client.post("/nowhere", body={}, cast_to=dict))
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    assert refused(openai.InternalServerError, lambda: chat(tools=[tool])).status_code == 501
    assert refused(openai.InternalServerError, lambda: chat(n=2)).type == "not_supported_error"


def a_prompt_that_is_too_long_is_told_with_both_counts():
    long = "word " * 20000
    for call in (
        lambda: chat(messages=[{"role": "user", "content": long}]),
        lambda: chat(messages=[{"role": "user", "content": long}], stream=True),
        lambda: client.completions.create(model=MODEL, prompt=long),
    ):
        error = refused(openai.BadRequestError, call)
        assert error.type == "exceed_context_size_error", error
        assert error.body["n_prompt_tokens"] > error.body["n_ctx"] > 0


def a_stream_that_is_closed_leaves_the_engine_to_others():
    stream = chat(stream=True, max_tokens=openai.NOT_GIVEN, extra_body={"ignore_eos": True}, temperature=1)
    for _, chunk in zip(range(3), stream):
        assert chunk.choices
    stream.close()
    start = time.monotonic()
    chat(max_tokens=2)
    assert time.monotonic() - start < 10, "the engine has one slot, and it was kept"


def main():
    for name, check in list(globals().items()):
        if callable(check) and getattr(check, "__module__", "") == "__main__" and name not in HELPERS:
            problem = None
            try:
                check()
            except Exception:
                problem = traceback.format_exc(limit=3)
            print(json.dumps({"name": name.replace("_", " "), "problem": problem}), flush=True)


HELPERS = {"chat", "refused", "main", "City"}

if __name__ == "__main__":
    main()
