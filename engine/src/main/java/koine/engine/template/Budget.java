package koine.engine.template;

import java.util.Locale;

/** Counts the work of one rendering against its {@link Limits}. One thread. */
final class Budget {
    private static final int MEMORY_PER_INPUT_CHAR = 256;
    /** Objects have headers; a text, a list and a map cost about this much before their contents. */
    private static final int OBJECT = 24;

    private static final int LIST_ELEMENT = 12;
    private static final int DICT_ENTRY = 64;
    private static final int CHARS_PER_STEP = 64;

    private final Limits limits;
    private long memoryLimit;
    private long steps;
    private long memory;
    private int depth;

    Budget(Limits limits) {
        this.limits = limits;
        this.memoryLimit = limits.memory();
    }

    void inputOf(long chars) {
        memoryLimit += chars * MEMORY_PER_INPUT_CHAR;
    }

    void step() {
        steps(1);
    }

    void steps(long count) {
        steps += count;
        if (steps > limits.steps()) {
            throw TemplateError.limit(
                    String.format(Locale.ROOT, "the template needs more than %d steps", limits.steps()));
        }
    }

    /** To be called while a text grows to this length. */
    void fits(long chars) {
        if (chars > limits.textChars()) {
            throw TemplateError.limit(String.format(
                    Locale.ROOT, "the template makes a text longer than %d characters", limits.textChars()));
        }
    }

    /** To be called before a text of this length is made. */
    void text(long chars) {
        fits(chars);
        steps(chars / CHARS_PER_STEP);
        memory(chars + OBJECT);
    }

    String made(String text) {
        text(text.length());
        return text;
    }

    /** Reading a text of this length. */
    void scan(long chars) {
        steps(chars / CHARS_PER_STEP);
    }

    /** To be called before a list of this length is made. */
    void list(long elements) {
        steps(elements / 4);
        memory(OBJECT + elements * LIST_ELEMENT);
    }

    /** To be called before a dict of this size is made. */
    void dict(long entries) {
        steps(entries);
        memory(2 * OBJECT + entries * DICT_ENTRY);
    }

    void object() {
        memory(2 * OBJECT);
    }

    private void memory(long units) {
        memory += units;
        if (memory > memoryLimit || units < 0) {
            throw TemplateError.limit("the template needs too much memory");
        }
    }

    void enter() {
        if (++depth > limits.depth()) {
            throw TemplateError.limit(
                    String.format(Locale.ROOT, "the template nests deeper than %d levels", limits.depth()));
        }
    }

    void leave() {
        depth--;
    }
}
