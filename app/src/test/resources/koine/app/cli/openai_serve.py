"""Asks `koine serve` through OpenAI's own client; an assertion that fails ends it with its trace."""

import sys
import time

import openai

base, token, closed = sys.argv[1], sys.argv[2], "http://127.0.0.1:1/v1"
client = openai.OpenAI(base_url=base, api_key=token, timeout=120, max_retries=0)
question = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]


def refused(error, call):
    try:
        call()
    except error as caught:
        return caught
    raise AssertionError("was not refused")


def chat(by=client, **more):
    return by.chat.completions.create(**{"model": model, "messages": question, "temperature": 0, "max_tokens": 24, **more})


model = client.models.list().data[0].id
assert client.models.retrieve(model).id == model
assert 1_500_000_000 < client.models.retrieve(model).created < time.time()
answer = chat()
assert answer.model == model and answer.id.startswith("chatcmpl-"), answer
whole = answer.choices[0].message.content
assert whole == "The capital of France is Paris.", whole
chunks = list(chat(stream=True))
assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == whole
assert len(chunks) > 2, len(chunks)
assert {c.model for c in chunks} == {model} and len({c.id for c in chunks}) == 1
text = client.completions.create(model=model, prompt="Once upon a time", max_tokens=3)
assert text.model == model and text.id.startswith("cmpl-"), text
assert chat(model="").choices[0].message.content == whole  # the usual one
assert refused(openai.NotFoundError, lambda: chat(model="no-such-model")).code == "model_not_found"
refused(openai.NotFoundError, lambda: client.models.retrieve("no-such-model"))
refused(openai.BadRequestError, lambda: chat(temperature="warm"))
refused(openai.AuthenticationError, lambda: chat(by=client.with_options(api_key="another-token-0123")))
refused(openai.APIConnectionError, lambda: chat(by=client.with_options(base_url=closed)))
with chat(stream=True, max_tokens=2000) as stream:
    next(iter(stream))  # and no more of it
assert chat(max_tokens=3).choices[0].finish_reason == "length"
print("all is well")
