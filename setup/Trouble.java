package koine.setup;

/** Something the person at the keyboard has to know: one sentence that says what happened and what to do. */
final class Trouble extends Exception {
    Trouble(String sentence) {
        super(sentence);
    }
}
