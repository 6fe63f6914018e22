package koine.engine.session;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import koine.engine.NativeKit;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.SamplerOptions;
import koine.engine.session.Generator.Outcome;
import org.jspecify.annotations.Nullable;

/** Requests and listeners of these tests. */
final class Chat {
    /** Threads of llama.cpp wait for each other by spinning, which takes forever where other programs run too. */
    static final int THREADS = 1;

    static final Generator.Cancel NEVER = () -> false;

    private Chat() {}

    static String prompt(String question) {
        return "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
                + "<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n";
    }

    static Generator.Request greedy(String prompt, int maxTokens, @Nullable String cacheKey, String... stop) {
        return new Generator.Request(prompt, SamplerOptions.greedy(), maxTokens, List.of(stop), cacheKey);
    }

    /** To the end of this request, as the only one. */
    static Outcome run(Generator generator, Generator.Request request, Generator.Cancel cancel, Collector sink) {
        generator.begin(request, cancel, sink);
        while (generator.step()) {
            // a round at a time
        }
        return sink.outcome();
    }

    static LlamaGenerator load(int contextTokens) throws ModelLoadException {
        return load(NativeKit.starterModel(), contextTokens);
    }

    static LlamaGenerator load(Path model, int contextTokens) throws ModelLoadException {
        GeneratorOptions options = new GeneratorOptions(NativeKit.pack(), model, contextTokens).withThreads(THREADS);
        return LlamaGenerator.load(options, fraction -> {}, () -> false);
    }

    /** Collects the text. */
    static class Collector implements Generator.Sink {
        final StringBuilder text = new StringBuilder();
        private @Nullable Outcome outcome;
        private @Nullable RuntimeException failure;

        boolean isOver() {
            return outcome != null || failure != null;
        }

        @Nullable
        RuntimeException failure() {
            return failure;
        }

        Outcome outcome() {
            if (failure != null) {
                throw failure;
            }
            return Objects.requireNonNull(outcome);
        }

        @Override
        public void onEnd(Outcome end) {
            outcome = end;
        }

        @Override
        public void onFailure(RuntimeException why) {
            failure = why;
        }

        @Override
        public void onPromptProgress(int processed, int cached, int total) {}

        @Override
        public void onText(String more) {
            text.append(more);
        }
    }
}
