package koine.engine.template;

import java.util.Locale;

/** Counts the work of one rendering against its {@link Limits}. One thread. */
final class Budget {
    private static final int MEMORY_PER_INPUT_CHAR = 256;
    private static final int STEPS_PER_INPUT_CHAR = 16;
    /** Objects have headers; a text, a list and a map cost about this much before their contents. */
    private static final int OBJECT = 24;

    private static final int LIST_ELEMENT = 12;
    private static final int DICT_ENTRY = 64;
    /** Work is counted in characters looked at one by one; these are the prices of other things. */
    private static final int STEP = 8;

    private static final int COPIED_PER_UNIT = 8;
    private static final int ELEMENT = 2;

    private final Limits limits;
    private long workLimit;
    private long memoryLimit;
    private long work;
    private long memory;
    private int depth;

    Budget(Limits limits) {
        this.limits = limits;
        this.workLimit = limits.steps() * STEP;
        this.memoryLimit = limits.memory();
    }

    /** What the caller gives may be worked on. */
    void inputOf(long chars) {
        workLimit += chars * STEP * STEPS_PER_INPUT_CHAR;
        memoryLimit += chars * MEMORY_PER_INPUT_CHAR;
    }

    void step() {
        work(STEP);
    }

    void steps(long count) {
        work(count * STEP);
    }

    /** Looking at so many characters one by one. */
    void scan(long chars) {
        work(chars);
    }

    private void work(long units) {
        work += units;
        if (work > workLimit || units < 0) {
            throw TemplateError.limit(
                    String.format(Locale.ROOT, "the template needs more than %d steps", workLimit / STEP));
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
        work(chars / COPIED_PER_UNIT);
        memory(chars + OBJECT);
    }

    String made(String text) {
        text(text.length());
        return text;
    }

    /** To be called before a list of this length is made. */
    void list(long elements) {
        work(elements * ELEMENT);
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
            throw TemplateError.recursion(
                    String.format(Locale.ROOT, "the template nests deeper than %d levels", limits.depth()));
        }
    }

    void leave() {
        depth--;
    }
}
