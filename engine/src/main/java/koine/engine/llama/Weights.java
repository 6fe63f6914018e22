package koine.engine.llama;

import java.util.Locale;

/**
 * How a model's weights come into the processor's memory ({@code llama_load_mode}). What they compute is the same.
 */
public enum Weights {
    /** As llama.cpp does by itself: mapped from the file, and shared with every process that maps it. */
    MAPPED(-1),
    /** Mapped, and held there: the system does not take the memory for something else meanwhile. */
    LOCKED(3),
    /**
     * Read into memory of the process, which the system gives in large pages where it may: fewer addresses to translate for
     * each token, but a longer load. The process
     * must have been started for it: malloc asks for large pages when its environment says so.
     */
    LARGE_PAGES(0);

    private final int loadMode;

    Weights(int loadMode) {
        this.loadMode = loadMode;
    }

    /** For a process's start line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException for a word that is none */
    public static Weights of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** {@code llama_load_mode}. */
    int loadMode() {
        return loadMode;
    }
}
