package koine.engine.llama;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs native code that needs more stack the longer a word is. llama.cpp splits texts by {@code std::wregex} for many
 * vocabularies, and that calls itself for each character of a match: on an ordinary stack of 1 MB a run of 3,000 like
 * characters ends the process.
 */
public final class DeepStack {
    /** A word that ordinary stacks carry many times over. */
    private static final int SHORT = 256;

    /** Up to 400 were measured. */
    private static final long BYTES_PER_CHARACTER = 1024;

    private static final long USUAL_BYTES = 1L << 20;

    /** Nobody writes such a word; its stack would take half a gigabyte. */
    private static final int LONGEST = 400_000;

    private DeepStack() {}

    /**
     * @param text that the code will match
     * @throws IllegalArgumentException when a word is longer than any stack should be
     * @throws LlamaException when the system has no memory for the stack
     */
    public static int run(String text, IntSupplier code) {
        int longest = longestRun(text);
        if (longest <= SHORT) {
            return code.getAsInt();
        }
        if (longest > LONGEST) {
            throw new IllegalArgumentException("a word of " + longest + " characters is too long");
        }
        int[] result = new int[1];
        Throwable[] thrown = new Throwable[1];
        try {
            Thread deep = Thread.ofPlatform()
                    .name("koine-tokenizer")
                    .daemon(true)
                    .stackSize(USUAL_BYTES + longest * BYTES_PER_CHARACTER)
                    .start(() -> {
                        try {
                            result[0] = code.getAsInt();
                        } catch (Throwable t) {
                            thrown[0] = t; // thrown again on the caller's thread
                        }
                    });
            join(deep);
        } catch (OutOfMemoryError e) {
            throw new LlamaException("no memory for a stack");
        }
        rethrow(thrown[0]);
        return result[0];
    }

    /** Native code cannot be interrupted; whoever waits learns of the interruption afterwards. */
    private static void join(Thread deep) {
        boolean interrupted = false;
        while (deep.isAlive()) {
            try {
                deep.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(@Nullable Throwable thrown) {
        switch (thrown) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new LlamaException(String.valueOf(thrown));
        }
    }

    /** Of characters that are all blank, or all not: no vocabulary's pattern matches more at once. */
    private static int longestRun(String text) {
        int longest = 0;
        int run = 0;
        boolean wasBlank = false;
        for (int i = 0; i < text.length(); i++) {
            boolean blank = Character.isWhitespace(text.charAt(i));
            run = blank == wasBlank ? run + 1 : 1;
            wasBlank = blank;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
