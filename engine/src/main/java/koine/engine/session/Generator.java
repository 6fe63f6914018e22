package koine.engine.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import koine.engine.llama.SamplerOptions;
import org.jspecify.annotations.Nullable;

/**
 * Text generation over one loaded model, several requests at a time. Not thread-safe: one named platform thread owns it
 * (it owns the llama context) and calls {@link #step} as long as there is work; only {@link Cancel} and
 * {@link #tokenizer} may be used from other threads.
 */
public interface Generator extends AutoCloseable {
    /** What the loaded model is. */
    ModelInfo model();

    /** Text to tokens and back; any thread. */
    Tokenizer tokenizer();

    /**
     * Takes a request on. It is computed by later {@link #step}s, together with others; its sink hears of its end, or why
     * it failed:
     *
     * <ul>
     *   <li>{@link ContextOverflowException} when the prompt leaves no room for an answer
     *   <li>{@link IllegalArgumentException} when a number is outside its range or the prompt is empty
     *   <li>{@link MissingAbilityException} when the engine cannot do something that is asked for
     *   <li>{@link UnsupportedOperationException} when the model makes embeddings only
     *   <li>{@link koine.engine.llama.AdapterException} when an adapter does not go with the model
     *   <li>{@link GenerationException} when llama.cpp reports a failure
     * </ul>
     */
    void begin(Request request, Cancel cancel, Sink sink);

    /** Computes one batch for all requests. @return whether there is more to compute */
    boolean step();

    /**
     * Does what waits for a quiet moment, after {@link #step} had nothing to do.
     *
     * @param wanted whether there is something more urgent by now
     * @return whether anything is left to do in another quiet moment
     */
    boolean rest(BooleanSupplier wanted);

    /**
     * The embeddings of texts.
     *
     * @throws MissingAbilityException when the engine makes none
     * @throws UnsupportedOperationException when the model has none
     * @throws ContextOverflowException when a text is too long
     * @throws GenerationException when llama.cpp reports a failure
     */
    List<Embedding> embed(List<int[]> texts, Cancel cancel);

    /**
     * Forgets a conversation, in memory and on disk; one that is being answered, when the answer ends.
     *
     * @throws IOException when a file could not be deleted
     */
    void forget(String cacheKey) throws IOException;

    @Override
    void close();

    /**
     * @param contextTokens the context in use, in tokens, shared by the slots
     * @param slots how many requests are computed at a time
     * @param chatTemplate {@code tokenizer.chat_template} of the file, if it has one
     * @param bosToken text of the beginning-of-sequence token, "" when there is none
     * @param embeddingSize numbers of an embedding; 0 when the model has none
     * @param offloaded what a device computes of it; null when the processor does it all
     * @param pack name of the native pack's folder
     * @param abilities what it can do that others cannot
     * @param drafting what became of the model that was to draft for it; null when none was
     */
    record ModelInfo(
            String description,
            String architecture,
            long parameters,
            long bytes,
            int contextTokens,
            int trainedContextTokens,
            @Nullable String chatTemplate,
            String bosToken,
            String eosToken,
            int slots,
            int embeddingSize,
            @Nullable Offloaded offloaded,
            String pack,
            Set<Ability> abilities,
            @Nullable Drafting drafting) {
        public ModelInfo {
            abilities = Set.copyOf(abilities);
        }
    }

    /**
     * A small model that was to write ahead.
     *
     * @param file name of its file, without the folders
     * @param hindrance why it does not; null when it does
     */
    record Drafting(String file, @Nullable Hindrance hindrance) {}

    /** What keeps a model from drafting; answers come all the same. */
    enum Hindrance {
        /** There is no readable file. */
        MISSING,
        /** Not a GGUF file, or cut short, or damaged. */
        DAMAGED,
        /** Of a kind that cannot draft: unknown, for embeddings only, or with a memory that cannot be rolled back. */
        UNSUPPORTED,
        /** Its weights or its context did not fit beside the model. */
        OUT_OF_MEMORY,
        /** Its tokens mean other texts than the model's. */
        OTHER_VOCABULARY,
        /** The model itself takes no drafts: for embeddings only, or with a memory that cannot be rolled back. */
        MODEL
    }

    /**
     * Layers of a model on a device.
     *
     * @param layers how many, as the pack says; 0 when the device has no room for one, {@code all} is the whole model
     * @param needBytes what all of them were expected to take there; 0 when that is not known
     * @param freeBytes what the device had free before
     */
    record Offloaded(String device, int layers, int all, long needBytes, long freeBytes) {}

    /** What to read. */
    sealed interface Prompt {
        /**
         * @param text rendered by the chat template; control tokens in it are recognised
         * @param lasting how many of its characters the conversation's next prompt will begin with, most likely; 0 when
         *     that is not known
         */
        record Text(String text, int lasting) implements Prompt {}

        /**
         * Tokens as they are; nothing is added.
         *
         * @param lasting how many of them the conversation's next prompt will begin with, most likely; negative when that
         *     is not known
         */
        record Tokens(List<Integer> tokens, int lasting) implements Prompt {
            public Tokens(List<Integer> tokens) {
                this(tokens, -1);
            }
        }
    }

    /**
     * @param maxTokens most tokens of the answer; negative is as many as the context holds
     * @param stop texts that end the answer and are not part of it
     * @param ignoreEnd whether the answer goes on when the model says it is done
     * @param visibleControls names of control tokens that are text of the answer
     * @param alternatives how many likely tokens are told beside each chosen one; -1 for no scores at all
     * @param scorePrompt whether the tokens of the prompt are scored too; it is read anew then
     * @param cacheKey whose prompts these are: only requests with equal keys, and equal adapters, share what was read
     * @param keepOnDisk whether what was read may be kept over the end of the process
     * @param adapters what the answer is computed with beside the model
     */
    record Request(
            Prompt prompt,
            SamplerOptions sampling,
            int maxTokens,
            List<String> stop,
            boolean ignoreEnd,
            Set<String> visibleControls,
            int alternatives,
            boolean scorePrompt,
            @Nullable String cacheKey,
            boolean keepOnDisk,
            List<AdapterUse> adapters) {
        public Request {
            adapters = List.copyOf(adapters);
        }

        /** Whether always the likeliest token is chosen. */
        public boolean isGreedy() {
            return sampling.temperature() == 0;
        }

        public Request withPrompt(Prompt other) {
            return new Request(
                    other,
                    sampling,
                    maxTokens,
                    stop,
                    ignoreEnd,
                    visibleControls,
                    alternatives,
                    scorePrompt,
                    cacheKey,
                    keepOnDisk,
                    adapters);
        }

        public Request withAdapters(List<AdapterUse> others) {
            return new Request(
                    prompt,
                    sampling,
                    maxTokens,
                    stop,
                    ignoreEnd,
                    visibleControls,
                    alternatives,
                    scorePrompt,
                    cacheKey,
                    keepOnDisk,
                    others);
        }

        /** An ordinary question. */
        public Request(
                String prompt, SamplerOptions sampling, int maxTokens, List<String> stop, @Nullable String cacheKey) {
            this(
                    new Prompt.Text(prompt, 0),
                    sampling,
                    maxTokens,
                    stop,
                    false,
                    Set.of(),
                    -1,
                    false,
                    cacheKey,
                    false,
                    List.of());
        }
    }

    /**
     * A LoRA adapter of the request.
     *
     * @param scale how strongly it counts: 0 is the model alone, 1 is as the adapter was trained
     * @param sha256 what its file must hold, lower-case hexadecimal; null takes it as it is
     * @param content of its file where that was read ahead; null otherwise
     */
    record AdapterUse(
            Path file,
            float scale,
            @Nullable String sha256,
            @Nullable AdapterContent content) {
        /** @throws IllegalArgumentException for what is no number */
        public AdapterUse {
            if (!Float.isFinite(scale)) {
                throw new IllegalArgumentException("scale: " + scale);
            }
        }

        /** Of a file that is still to be read. */
        public AdapterUse(Path file, float scale) {
            this(file, scale, null, null);
        }
    }

    /**
     * What an adapter's file held at a moment.
     *
     * @param sha256 lower-case hexadecimal; "" when it was not read
     */
    record AdapterContent(long bytes, long modifiedMillis, String sha256) {
        static AdapterContent unread(Path file) throws IOException {
            return new AdapterContent(
                    Files.size(file), Files.getLastModifiedTime(file).toMillis(), "");
        }

        /** Whether the file's length and time of change are those of then. */
        boolean isStill(Path file) throws IOException {
            return unread(file).equals(new AdapterContent(bytes, modifiedMillis, ""));
        }
    }

    /** Hears one generation, on the owner's thread. One that throws ends its own generation only. */
    interface Sink {
        void onPromptProgress(int processed, int cached, int total);

        /** Whole characters only. */
        void onText(String text);

        /** A token of the answer, when scores are wanted; its text may come later, or never when it ends the answer. */
        default void onToken(TokenScore token) {}

        /** A token of the prompt, when scores of it are wanted; the first one has none. */
        default void onPromptToken(TokenScore token) {}

        void onEnd(Outcome outcome);

        void onFailure(RuntimeException failure);

        /** {@link #onFailure}, the last word to a sink, whatever it throws: there is nobody left to tell. */
        default void fail(RuntimeException why) {
            try {
                onFailure(why);
            } catch (RuntimeException e) {
                if (!e.equals(why)) {
                    why.addSuppressed(e);
                }
            }
        }
    }

    /** Set once, from any thread; honoured within half a second when it is alone, in mid-prompt too. */
    interface Cancel {
        boolean isCancelled();
    }

    enum Finish {
        STOP,
        LENGTH,
        CANCELLED
    }

    /**
     * @param cachedTokens of the prompt, that did not have to be read again
     * @param stopText which of the request's texts ended the answer, null when none did
     * @param drafted tokens that a small model wrote ahead
     * @param draftedKept those of them that became part of the answer
     */
    record Outcome(
            Finish finish,
            int promptTokens,
            int cachedTokens,
            int answerTokens,
            double promptMillis,
            double answerMillis,
            @Nullable String stopText,
            int drafted,
            int draftedKept) {
        /** Without drafts. */
        public Outcome(
                Finish finish,
                int promptTokens,
                int cachedTokens,
                int answerTokens,
                double promptMillis,
                double answerMillis,
                @Nullable String stopText) {
            this(finish, promptTokens, cachedTokens, answerTokens, promptMillis, answerMillis, stopText, 0, 0);
        }
    }

    /** @param vector of length 1 (L2) */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Embedding(float[] vector, int tokens) {}
}
