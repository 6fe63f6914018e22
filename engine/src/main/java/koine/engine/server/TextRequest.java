package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Set;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Tokenizer;

/**
 * The body of {@code POST /v1/completions}, checked as {@link CompletionRequest} is.
 *
 * @param alternatives likely tokens told beside each token; -1 for no scores
 * @param echo whether the answer begins with the prompt
 */
record TextRequest(Prompt prompt, boolean echo, SamplerOptions sampling, int alternatives, CommonFields common) {
    /** As OpenAI has it. */
    private static final int USUAL_TOKENS = 16;

    private static final int MAX_ALTERNATIVES = 20;
    private static final Set<String> KNOWN = Set.of("prompt", "echo", "logprobs", "best_of");
    private static final Set<String> UNSUPPORTED = Set.of("suffix");

    static TextRequest parse(byte[] body, int contextTokens, Tokenizer tokenizer) throws ApiException {
        Fields fields = Fields.parse(body);
        Set<String> known = CommonFields.together(KNOWN, CommonFields.NAMES, SamplingFields.NAMES);
        if (fields.has("suffix") && fields.text("suffix").isEmpty()) {
            fields.asJson().remove("suffix");
        }
        fields.requireOnly(
                CommonFields.together(known, OutputFormat.NAMES, Set.of()),
                CommonFields.IGNORED,
                CommonFields.together(UNSUPPORTED, SamplingFields.UNSUPPORTED, Set.of()));
        if (fields.integer("best_of", 1, 1, Integer.MAX_VALUE) != 1) {
            throw ApiException.unsupported("\"best_of\" other than 1");
        }
        String grammar = OutputFormat.grammar(fields);
        return new TextRequest(
                prompt(fields, tokenizer.size()),
                fields.bool("echo", false),
                new SamplingFields(fields, tokenizer, contextTokens).options(grammar),
                (int) fields.integer("logprobs", -1, 0, MAX_ALTERNATIVES),
                CommonFields.parse(fields, 0, USUAL_TOKENS));
    }

    Generator.Request request() {
        return new Generator.Request(
                prompt,
                sampling,
                common.maxTokens(),
                common.stop(),
                common.ignoreEnd(),
                Set.of(),
                alternatives,
                echo && alternatives >= 0,
                common.cacheKey(),
                common.keepOnDisk(),
                common.adapters());
    }

    private static Prompt prompt(Fields fields, int vocabulary) throws ApiException {
        JsonElement prompt = fields.get("prompt");
        if (prompt instanceof JsonArray list && !list.isEmpty()) {
            boolean several = list.get(0) instanceof JsonArray
                    || (list.get(0) instanceof JsonPrimitive first && first.isString());
            if (!several) {
                return tokens(list, vocabulary);
            }
            if (list.size() > 1) {
                throw ApiException.unsupported("more than one \"prompt\"");
            }
            prompt = list.get(0);
            if (prompt instanceof JsonArray only) {
                return tokens(only, vocabulary);
            }
        }
        if (prompt instanceof JsonPrimitive text && text.isString()) {
            return new Prompt.Text(text.getAsString(), 0);
        }
        throw ApiException.invalid("\"prompt\" must be a text, or the numbers of at least one token");
    }

    private static Prompt tokens(JsonArray list, int vocabulary) throws ApiException {
        return new Prompt.Tokens(List.copyOf(Fields.tokens(list.asList(), "prompt", vocabulary)));
    }
}
