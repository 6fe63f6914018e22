package koine.engine.session;

import java.util.Arrays;
import java.util.List;
import koine.engine.llama.TextTokens;
import koine.engine.session.Generator.Prompt;

/** Prompts to tokens. Any thread. */
public final class Prompts implements Tokenizer {
    /** Of a prompt of which nothing is known: most conversations part from it at its very end. */
    private static final int LIKELY_TO_CHANGE = 4;

    private final TextTokens vocabulary;

    public Prompts(TextTokens vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public Prompt.Tokens read(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Text(String text, int characters) -> {
                int[] tokens = required(begun(vocabulary.tokenize(text, true)));
                int lasting = characters > 0 ? shared(tokens, text.substring(0, characters)) : likely(tokens.length);
                yield new Prompt.Tokens(Arrays.stream(tokens).boxed().toList(), lasting);
            }
            case Prompt.Tokens(List<Integer> tokens, int lasting) -> {
                tokens.forEach(vocabulary::require);
                if (tokens.isEmpty()) {
                    throw new IllegalArgumentException("the prompt is empty");
                }
                yield lasting >= 0
                        ? new Prompt.Tokens(tokens, lasting)
                        : new Prompt.Tokens(tokens, likely(tokens.size()));
            }
        };
    }

    private static int likely(int tokens) {
        return Math.max(0, tokens - LIKELY_TO_CHANGE);
    }

    private static int[] required(int[] tokens) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("the prompt is empty");
        }
        return tokens;
    }

    private int shared(int[] tokens, String begin) {
        int[] lasting = begun(vocabulary.tokenize(begin, true));
        int mismatch = Arrays.mismatch(tokens, lasting);
        return mismatch < 0 ? tokens.length : mismatch;
    }

    /** A template may or may not write the token that begins every sequence; the model gets it once. */
    private int[] begun(int[] tokens) {
        int bos = vocabulary.bos();
        if (bos == TextTokens.NONE || !vocabulary.addsBos() || (tokens.length > 0 && tokens[0] == bos)) {
            return tokens;
        }
        int[] begun = new int[tokens.length + 1];
        begun[0] = bos;
        System.arraycopy(tokens, 0, begun, 1, tokens.length);
        return begun;
    }

    @Override
    public int[] tokens(String text, boolean addSpecial, boolean parseSpecial) {
        int[] tokens = vocabulary.tokenize(text, parseSpecial);
        return addSpecial ? begun(tokens) : tokens;
    }

    @Override
    public byte[] bytes(int token) {
        return vocabulary.bytes(token);
    }

    @Override
    public boolean isControl(int token) {
        return vocabulary.isControl(token);
    }

    @Override
    public int size() {
        return vocabulary.size();
    }
}
