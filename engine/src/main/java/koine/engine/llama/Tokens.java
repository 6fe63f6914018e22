package koine.engine.llama;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import koine.gguf.GgufReader;
import org.jspecify.annotations.Nullable;

/**
 * What llama.cpp takes for granted of a vocabulary: each text, as far as its first NUL, stands there once, and one of
 * SentencePiece can spell every byte.
 */
final class Tokens {
    static final String KEY = "tokenizer.ggml.tokens";
    private static final int BYTES = 256;
    /** How SentencePiece writes one; llama.cpp looks for capitals only. */
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-F]{2}>");

    private long[] marks = new long[1 << 12];
    private int count;
    /** The bytes that have a token of their own. */
    private final BitSet spelled = new BitSet(BYTES);

    void add(byte[] text) {
        int length = length(text);
        if (length == 0) {
            return; // llama.cpp gives it a name of its own
        }
        if (count == marks.length) {
            marks = Arrays.copyOf(marks, 2 * count);
        }
        marks[count++] = mark(text, length);
        if (length == 1) {
            spelled.set(text[0] & 0xFF); // llama.cpp takes this where the other is missing
        } else if (length == 6) {
            String shown = new String(text, 0, length, StandardCharsets.ISO_8859_1);
            if (BYTE.matcher(shown).matches()) {
                spelled.set(HexFormat.fromHexDigits(shown, 3, 5));
            }
        }
    }

    private static int length(byte[] text) {
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        return length;
    }

    /** Different texts have different marks, nearly always. */
    private static long mark(byte[] text, int length) {
        long mark = length * 0xD6E8FEB86659FD93L + 0x9E3779B97F4A7C15L;
        for (int i = 0; i < length; i++) {
            mark = (mark ^ text[i]) * 0x9E3779B97F4A7C15L;
            mark ^= mark >>> 29;
        }
        return mark;
    }

    /**
     * @param tokenizer {@code tokenizer.ggml.model}
     * @param file to look at again where two marks are the same
     */
    @Nullable
    String implausible(String tokenizer, Path file) throws IOException {
        if (standsTwice(file)) {
            return KEY + ": a token stands twice";
        }
        // a text that no pieces make up is spelled in bytes; one that is missing ends the process
        boolean spells = tokenizer.equals("llama");
        return spells && spelled.cardinality() < BYTES ? KEY + ": a byte is missing" : null;
    }

    private boolean standsTwice(Path file) throws IOException {
        Arrays.sort(marks, 0, count);
        Set<Long> same = new HashSet<>();
        for (int i = 1; i < count; i++) {
            if (marks[i] == marks[i - 1]) {
                same.add(marks[i]);
            }
        }
        if (same.isEmpty()) {
            return false;
        }
        Set<String> texts = new HashSet<>();
        boolean[] twice = {false};
        GgufReader.read(file, KEY, text -> {
            int length = length(text);
            if (length > 0 && same.contains(mark(text, length))) {
                twice[0] |= !texts.add(new String(text, 0, length, StandardCharsets.ISO_8859_1));
            }
        });
        return twice[0];
    }
}
