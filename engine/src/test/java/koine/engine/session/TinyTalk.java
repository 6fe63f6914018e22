package koine.engine.session;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Outcome;
import koine.engine.template.ChatTemplate;
import koine.engine.template.TemplateException;
import org.jspecify.annotations.Nullable;

/** A talk with a small model: all that the tests of the architectures know of {@link Generator}. */
final class TinyTalk implements AutoCloseable {
    private static final int WHOLE_CONTEXT = 0;

    private final Generator generator;
    private final ChatTemplate template;

    private TinyTalk(Generator generator, ChatTemplate template) {
        this.generator = generator;
        this.template = template;
    }

    /** @param pieces the answer as it came */
    record Answer(Finish finish, List<String> pieces, int promptTokens, int cachedTokens, int answerTokens) {
        String text() {
            return String.join("", pieces);
        }
    }

    static TinyTalk with(Path model) throws ModelLoadException, TemplateException {
        Generator generator = Chat.load(model, WHOLE_CONTEXT);
        return new TinyTalk(
                generator,
                ChatTemplate.parse(Objects.requireNonNull(generator.model().chatTemplate())));
    }

    /** Loads the model, lets it go on with a text, and closes it. */
    static Answer words(Path model, String text, int maxTokens) throws ModelLoadException {
        try (Generator generator = load(model)) {
            return ask(generator, text, maxTokens, null, Integer.MAX_VALUE);
        }
    }

    private static Generator load(Path model) throws ModelLoadException {
        return Chat.load(model, WHOLE_CONTEXT);
    }

    Generator.ModelInfo model() {
        return generator.model();
    }

    /** @param words of the user and the assistant in turns, the user's first */
    String render(String... words) throws TemplateException {
        List<Map<String, @Nullable Object>> messages = new ArrayList<>();
        for (String said : words) {
            messages.add(Map.of("role", messages.size() % 2 == 0 ? "user" : "assistant", "content", said));
        }
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("messages", messages);
        variables.put("add_generation_prompt", true);
        variables.put("bos_token", model().bosToken());
        variables.put("eos_token", model().eosToken());
        return template.render(variables);
    }

    /** The likeliest answer, read from the prompt alone. */
    Answer cold(String prompt, int maxTokens) {
        return ask(generator, prompt, maxTokens, null, Integer.MAX_VALUE);
    }

    /** The likeliest answer; what was read for the same conversation before may be used. */
    Answer inConversation(String conversation, String prompt, int maxTokens) {
        return ask(generator, prompt, maxTokens, conversation, Integer.MAX_VALUE);
    }

    /** Cancels once so many pieces have come. */
    Answer cancelledAfter(int pieces, String conversation, String prompt) {
        return ask(generator, prompt, -1, conversation, pieces);
    }

    private static Answer ask(
            Generator generator, String prompt, int maxTokens, @Nullable String conversation, int mostPieces) {
        List<String> pieces = new ArrayList<>();
        Chat.Collector sink = new Chat.Collector() {
            @Override
            public void onText(String more) {
                pieces.add(more);
            }
        };
        Outcome outcome = Chat.run(
                generator, Chat.greedy(prompt, maxTokens, conversation), () -> pieces.size() >= mostPieces, sink);
        return new Answer(
                outcome.finish(), pieces, outcome.promptTokens(), outcome.cachedTokens(), outcome.answerTokens());
    }

    @Override
    public void close() {
        generator.close();
    }
}
