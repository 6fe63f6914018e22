package koine.engine.server;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import koine.engine.reasoning.Piece;
import koine.engine.reasoning.ReasoningSplitter;
import koine.engine.session.AdapterHashes;
import koine.engine.session.Generator;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.MissingAbilityException;
import koine.engine.session.Tokenizer;
import org.eclipse.jetty.server.Response;

/** Answers chats and prompts. Any thread; each call answers one client. */
final class Completions {
    private final GeneratorThread generator;
    private final AdapterHashes hashes = new AdapterHashes();

    Completions(GeneratorThread generator) {
        this.generator = generator;
    }

    /** {@code POST /v1/chat/completions}. */
    void chat(Asked asked, byte[] body, Response response) throws ApiException, IOException, InterruptedException {
        ModelState.Ready model = generator.ready();
        PromptRenderer prompts = model.prompts();
        CompletionRequest request = CompletionRequest.parse(body, prompts, model.tokenizer());
        PromptRenderer.Rendered question = question(request, prompts);
        String begun = begun(request, prompts, question.text());
        PromptRenderer.Rendered prompt = new PromptRenderer.Rendered(question.text() + begun, question.lasting());
        ReasoningSplitter splitter =
                ReasoningSplitter.forPrompt(prompts.format(), question.text(), request.lastMessage());
        Piece _ = splitter.feed(begun); // they have it who ask for the rest
        // a grammar rules every word of the answer: nothing in it can be a thought, though the prompt may open one
        boolean split = request.separate()
                && !prompts.format().isNone()
                && request.sampling().grammar() == null;
        Set<String> controls =
                request.sampling().grammar() == null ? prompts.format().controlTokens() : Set.of();
        CompletionJson json = new ChatJson(asked.id(), asked.model(), request.alternatives() >= 0, model.tokenizer());
        answer(
                generation(asked.id(), request.request(prompt, controls, prompts.ends()), model),
                new AnswerReader(split ? splitter : null),
                json,
                request.common(),
                response);
    }

    /** {@code POST /v1/completions}. */
    void text(Asked asked, byte[] body, Response response) throws ApiException, IOException, InterruptedException {
        ModelState.Ready model = generator.ready();
        TextRequest request = TextRequest.parse(body, model.prompts().model().contextTokens(), model.tokenizer());
        String echo = request.echo() ? text(request.prompt(), model.tokenizer()) : "";
        CompletionJson json = new TextJson(asked.id(), asked.model(), echo, request.alternatives() >= 0);
        answer(
                generation(asked.id(), request.request(), model),
                new AnswerReader(null),
                json,
                request.common(),
                response);
    }

    /** {@code POST /apply-template}. */
    JsonObject template(byte[] body) throws ApiException {
        ModelState.Ready model = generator.ready();
        JsonObject json = new JsonObject();
        json.addProperty("prompt", prompt(body, model));
        return json;
    }

    /** {@code POST /v1/chat/completions/input_tokens}. */
    JsonObject inputTokens(byte[] body) throws ApiException {
        ModelState.Ready model = generator.ready();
        JsonObject json = new JsonObject();
        json.addProperty("object", "response.input_tokens");
        json.addProperty("input_tokens", model.tokenizer().tokens(prompt(body, model), true, true).length);
        return json;
    }

    private static String prompt(byte[] body, ModelState.Ready model) throws ApiException {
        CompletionRequest request = CompletionRequest.parse(body, model.prompts(), model.tokenizer());
        String question = question(request, model.prompts()).text();
        return question + begun(request, model.prompts(), question);
    }

    private static PromptRenderer.Rendered question(CompletionRequest request, PromptRenderer prompts)
            throws ApiException {
        return prompts.render(request.question(), request.variables(), request.think(), request.effort());
    }

    /** The words of an answer that is to be gone on with; none of one that begins. */
    private static String begun(CompletionRequest request, PromptRenderer prompts, String question)
            throws ApiException {
        if (!request.goesOn()) {
            return "";
        }
        String begun = prompts.format().begun(question, request.begunReasoning(), request.begunContent());
        if (begun == null) {
            throw ApiException.unsupported("\"continue_final_message\" for this model's way of thinking");
        }
        return begun;
    }

    private static String text(Prompt prompt, Tokenizer tokenizer) {
        return switch (prompt) {
            case Prompt.Text(String text, int _) -> text;
            case Prompt.Tokens(List<Integer> tokens, int _) -> Tokens.text(tokens, tokenizer);
        };
    }

    /** Texts and adapters are read here: that would keep everybody else waiting on the thread that computes. */
    private Generation generation(String id, Generator.Request request, ModelState.Ready model) throws ApiException {
        try {
            MissingAbilityException.require(model.prompts().model().abilities(), request);
            return new Generation(
                    id,
                    request.withPrompt(model.tokenizer().read(request.prompt()))
                            .withAdapters(hashes.read(request.adapters())));
        } catch (RuntimeException e) {
            throw ApiException.failed(e);
        }
    }

    private void answer(
            Generation generation, AnswerReader reader, CompletionJson json, CommonFields common, Response response)
            throws ApiException, IOException, InterruptedException {
        generator.submit(generation);
        try {
            CompletionAnswer answer = new CompletionAnswer(generation, reader, json, response);
            if (common.stream()) {
                answer.stream(common.progress(), common.usage());
            } else {
                answer.whole();
            }
        } finally {
            generator.cancel(generation);
        }
    }
}
