package koine.engine.session;

import java.util.List;
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
        return new Generator.Request(prompt, 0, 40, 0.95, 0.05, 0, maxTokens, List.of(stop), cacheKey);
    }

    /** Collects the text. */
    static class Collector implements Generator.Sink {
        final StringBuilder text = new StringBuilder();

        @Override
        public void onPromptProgress(int processed, int cached, int total) {}

        @Override
        public void onText(String more) {
            text.append(more);
        }
    }
}
