package koine.engine.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.SamplerOptions;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.session.EqualToColdTest.Difference;
import koine.engine.session.Generator.AdapterUse;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Prompt;
import koine.engine.session.Generator.Request;
import org.jspecify.annotations.Nullable;

/** A generator with everything that llama.cpp was asked and what it said, and answers that bring their logits. */
final class Stage implements AutoCloseable {
    final Recorder recorder;
    private final GeneratorOptions options;
    private LlamaGenerator generator;

    /** @param options without the threads */
    Stage(GeneratorOptions options) throws ModelLoadException {
        this(options, null);
    }

    /** @param stop asked after each operation of the processor's whether to break off */
    Stage(GeneratorOptions options, @Nullable BooleanSupplier stop) throws ModelLoadException {
        this(options, LlamaGenerator.loadPack(options), stop);
    }

    private Stage(GeneratorOptions options, LlamaLibrary library, @Nullable BooleanSupplier stop)
            throws ModelLoadException {
        this.options = options.withThreads(Chat.THREADS);
        this.recorder = new Recorder(library, stop);
        this.generator = load();
    }

    static GeneratorOptions options(Path model, int contextTokens) {
        return new GeneratorOptions(NativeKit.pack(), model, contextTokens);
    }

    private LlamaGenerator load() throws ModelLoadException {
        return LlamaGenerator.load(recorder.library(), options, fraction -> {}, () -> false);
    }

    LlamaGenerator generator() {
        return generator;
    }

    /** As after a restart of the program. */
    void reload() throws ModelLoadException {
        generator.close();
        generator = load();
    }

    /** Collects tokens with the logits they were chosen from. */
    class Answer extends Chat.Collector {
        final List<Integer> tokens = new ArrayList<>();
        final List<float[]> logits = new ArrayList<>();
        int processed;

        @Override
        public void onToken(TokenScore token) {
            tokens.add(token.token());
            logits.add(recorder.seen());
        }

        @Override
        public void onPromptProgress(int done, int cached, int total) {
            processed = done;
        }

        int cached() {
            return outcome().cachedTokens();
        }

        @Override
        public String toString() {
            return (isOver() ? outcome() + " " : "") + tokens;
        }
    }

    static Request request(
            String prompt, int maxTokens, @Nullable String key, boolean keepOnDisk, AdapterUse... adapters) {
        return new Request(
                new Prompt.Text(prompt, 0),
                SamplerOptions.greedy(),
                maxTokens,
                List.of(),
                true, // small models end their answers at once, or never
                Set.of(),
                0,
                false,
                key,
                keepOnDisk,
                List.of(adapters));
    }

    /** What this one says next after the prompt and so many tokens of the other's answer, against what that one did. */
    Difference next(String prompt, Answer other, int said) {
        List<Integer> read = new ArrayList<>();
        for (int token : generator.tokenizer().tokens(prompt, true, true)) {
            read.add(token);
        }
        read.addAll(other.tokens.subList(0, said));
        Answer answer = ask(new Request(
                new Prompt.Tokens(read),
                SamplerOptions.greedy(),
                1,
                List.of(),
                true,
                Set.of(),
                0,
                false,
                null,
                false,
                List.of()));
        return Difference.of(answer.logits.getFirst(), other.logits.get(said));
    }

    /** As the only one, to its end. */
    Answer ask(@Nullable String key, String prompt, int maxTokens) {
        return ask(request(prompt, maxTokens, key, options.snapshots() != null));
    }

    Answer ask(Request request) {
        Answer answer = new Answer();
        Outcome _ = Chat.run(generator, request, Chat.NEVER, answer);
        return answer;
    }

    void forget(String... keys) throws IOException {
        for (String key : keys) {
            generator.forget(key);
        }
    }

    int tokens(String text) {
        return generator.tokenizer().tokens(text, true, true).length;
    }

    /** Cancelled once so much of the prompt is read, while another is answered. */
    Answer askUntilRead(@Nullable String key, String prompt, int read, String other) {
        Answer beside = new Answer();
        generator.begin(request(other, 4, null, false), Chat.NEVER, beside);
        Answer answer = new Answer();
        Outcome _ = Chat.run(generator, request(prompt, 8, key, false), () -> answer.processed >= read, answer);
        return answer;
    }

    /** Cancelled once so many tokens are said. */
    Answer askUntilSaid(@Nullable String key, String prompt, int said) {
        Answer answer = new Answer();
        Outcome _ =
                Chat.run(generator, request(prompt, said + 8, key, false), () -> answer.tokens.size() >= said, answer);
        return answer;
    }

    /** Side by side: the next one comes when a number of rounds have passed. */
    List<Answer> together(int roundsBetween, List<Request> requests) {
        return together(requests, round -> round % roundsBetween == 0);
    }

    private List<Answer> together(List<Request> requests, IntPredicate next) {
        List<Answer> answers = new ArrayList<>();
        int round = 0;
        boolean busy = true;
        while (busy || answers.size() < requests.size()) {
            if (answers.size() < requests.size() && next.test(round)) {
                Answer answer = new Answer();
                generator.begin(requests.get(answers.size()), Chat.NEVER, answer);
                answers.add(answer);
            }
            busy = generator.step();
            round++;
        }
        return answers;
    }

    /** A computer that takes a second for each token: all that was read is worth keeping. */
    void readSlowly() {
        for (int i = 0; i < 64; i++) {
            generator.snapshots().promptRead(32, 32_000_000_000L);
        }
    }

    /** All quiet work. */
    void rest() {
        while (generator.rest(() -> false)) {
            // a moment at a time
        }
    }

    @Override
    public void close() {
        generator.close();
    }
}
