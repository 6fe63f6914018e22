package koine.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whether a small model can write drafts for a large one: a number that one says must be the same text to the other. So the
 * vocabularies are compared, by the headers of both files. Not compared are scores, merges and types of tokens: they decide
 * how text becomes tokens, and a draft gets the large model's tokens, or differ with the program that made the file.
 *
 * <p>llama.cpp compares likewise ({@code common_speculative_are_compatible} in {@code common/speculative.cpp}), but only once
 * both are loaded, and not the first five tokens.
 */
public final class DraftCheck {
    /** Models of one family fill their vocabularies up to different round numbers; as much as llama.cpp allows. */
    static final int MOST_DIFFERENCE = 128;

    /** Four times the largest vocabulary of today. */
    static final int MOST_TOKENS = 1 << 20;

    private static final int MOST_BYTES = 64 << 20;
    private static final String MODEL = "tokenizer.ggml.model";
    private static final String PRE = "tokenizer.ggml.pre";
    private static final String TOKENS = "tokenizer.ggml.tokens";

    private DraftCheck() {}

    /**
     * Blocks on the disk, for some ten milliseconds. Any thread.
     *
     * @return what keeps the draft from this model, for programmers; null when they go together
     * @throws GgufException when the content of one is no GGUF that Koine reads
     * @throws IOException when one cannot be read at all
     */
    public static @Nullable String difference(Path draft, Path model) throws IOException {
        Words words = new Words();
        GgufFile large = GgufReader.read(model, TOKENS, words::keep);
        Comparison comparison = new Comparison(words);
        GgufFile small = GgufReader.read(draft, TOKENS, comparison::next);
        String kind = large.text(MODEL);
        if (kind == null || !kind.equals(small.text(MODEL))) {
            return MODEL + " differs";
        }
        String pre = large.text(PRE);
        String otherPre = small.text(PRE);
        if (pre != null && otherPre != null && !pre.equals(otherPre)) {
            return PRE + " differs";
        }
        if (words.count == 0 || words.tooMany) {
            return "the model's tokens are not in its file, or too many";
        }
        if (Math.abs(comparison.index - words.count) > MOST_DIFFERENCE) {
            return comparison.index + " tokens, the model has " + words.count;
        }
        return comparison.different < 0 ? null : "token " + comparison.different + " is another";
    }

    /** The texts of one vocabulary, one after the other: a quarter of a million objects would be ten times as large. */
    private static final class Words {
        private byte[] bytes = new byte[1 << 20];
        private int[] ends = new int[1 << 14];
        private int count;
        private boolean tooMany;

        void keep(byte[] text) {
            int begin = begin(count);
            tooMany |= count == MOST_TOKENS || text.length > MOST_BYTES - begin;
            if (tooMany) {
                return;
            }
            if (begin + text.length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(begin + text.length, 2 * bytes.length));
            }
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, 2 * ends.length);
            }
            System.arraycopy(text, 0, bytes, begin, text.length);
            ends[count++] = begin + text.length;
        }

        boolean isAt(int index, byte[] text) {
            return Arrays.equals(bytes, begin(index), ends[index], text, 0, text.length);
        }

        private int begin(int index) {
            return index == 0 ? 0 : ends[index - 1];
        }
    }

    private static final class Comparison {
        private final Words words;
        private int index;
        private int different = -1;

        Comparison(Words words) {
            this.words = words;
        }

        void next(byte[] text) {
            if (different < 0 && index < words.count && !words.isAt(index, text)) {
                different = index;
            }
            index++;
        }
    }
}
