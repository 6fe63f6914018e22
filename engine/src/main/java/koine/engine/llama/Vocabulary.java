package koine.engine.llama;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import koine.engine.llama.ffm.LlamaLibrary;
import org.jspecify.annotations.Nullable;

/** Text to tokens and back. Any thread, while the model is open. */
public final class Vocabulary implements TextTokens {
    private static final int USUAL_PIECE = 64;

    /** Answers say the same words again and again: so many tokens are remembered, each in its own place. */
    private static final int REMEMBERED = 1024;

    private final LlamaModel model;
    private final LlamaLibrary library;
    private final int size;

    /** Without a lock: what one thread does not see of another's it asks for itself. */
    private final @Nullable Word[] words = new Word[REMEMBERED];

    /**
     * What a token says.
     *
     * @param text none for a control token; null when the {@link #piece} is not of whole characters
     * @param end whether the model says with it that it is done
     */
    public record Word(int token, @Nullable String text, boolean end) {}

    Vocabulary(LlamaModel model, LlamaLibrary library) {
        this.model = model;
        this.library = library;
        this.size = withVocab(library::vocabSize);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int[] tokenize(String text, boolean parseSpecial) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return withVocab(vocab -> {
            int[][] tokens = {new int[Math.max(16, bytes.length / 2)]};
            int count = DeepStack.run(text, () -> {
                int found = library.tokenize(vocab, bytes, tokens[0], false, parseSpecial);
                if (found < 0 && found != Integer.MIN_VALUE) {
                    tokens[0] = new int[-found];
                    found = library.tokenize(vocab, bytes, tokens[0], false, parseSpecial);
                }
                return found;
            });
            if (count < 0 || count > tokens[0].length) {
                throw new LlamaException("llama_tokenize returned " + count);
            }
            return Arrays.copyOf(tokens[0], count);
        });
    }

    /**
     * The bytes a token stands for; they may be part of a character.
     *
     * @param special whether a control token has its name for text, or nothing
     * @throws IllegalArgumentException for a token that is not in the vocabulary
     */
    public byte[] piece(int token, boolean special) {
        require(token);
        return withVocab(vocab -> {
            byte[] buffer = new byte[USUAL_PIECE];
            int length = library.tokenToPiece(vocab, token, buffer, special);
            if (length < 0 && length != Integer.MIN_VALUE) {
                buffer = new byte[-length];
                length = library.tokenToPiece(vocab, token, buffer, special);
            }
            if (length < 0 || length > buffer.length) {
                throw new LlamaException("llama_token_to_piece returned " + length);
            }
            return Arrays.copyOf(buffer, length);
        });
    }

    @Override
    public byte[] bytes(int token) {
        return piece(token, true);
    }

    /**
     * What a token says; quick for those that were asked for of late.
     *
     * @throws IllegalArgumentException for a token that is not in the vocabulary
     */
    public Word word(int token) {
        require(token);
        Word known = words[token % REMEMBERED];
        if (known != null && known.token() == token) {
            return known;
        }
        Word word = new Word(token, Utf8.textOrNull(piece(token, false)), isEndOfGeneration(token));
        words[token % REMEMBERED] = word;
        return word;
    }

    /** Whether the model says with this token that it is done. */
    public boolean isEndOfGeneration(int token) {
        require(token);
        return withVocab(vocab -> library.vocabIsEndOfGeneration(vocab, token));
    }

    @Override
    public boolean isControl(int token) {
        require(token);
        return withVocab(vocab -> library.vocabIsControl(vocab, token));
    }

    /** Signs to the model that are not text and do not end an answer. Looks at every token: keep it. */
    int[] silentControls() {
        return withVocab(vocab -> {
            return IntStream.range(0, size)
                    .filter(token ->
                            library.vocabIsControl(vocab, token) && !library.vocabIsEndOfGeneration(vocab, token))
                    .toArray();
        });
    }

    @Override
    public int bos() {
        return withVocab(vocab -> known(library.vocabBos(vocab)));
    }

    /** End of sequence, or {@link #NONE}. */
    public int eos() {
        return withVocab(vocab -> known(library.vocabEos(vocab)));
    }

    @Override
    public boolean addsBos() {
        return withVocab(vocab -> library.vocabAddsBos(vocab));
    }

    /** The name of a control token, "" for {@link #NONE}. */
    public String text(int token) {
        return token == NONE ? "" : new String(piece(token, true), StandardCharsets.UTF_8);
    }

    boolean contains(int token) {
        return token >= 0 && token < size;
    }

    private int known(int token) {
        return contains(token) ? token : NONE;
    }

    @Override
    public void require(int token) {
        if (!contains(token)) {
            throw new IllegalArgumentException("token " + token + " is not in the vocabulary of " + size);
        }
    }

    /** The model cannot be closed meanwhile; a long text does not keep others waiting. */
    private <T> T withVocab(LongFunction<T> use) {
        Lock open = model.openLock();
        open.lock();
        try {
            return use.apply(model.vocabAddress());
        } finally {
            open.unlock();
        }
    }
}
