package koine.engine.reasoning;

/** What new text turned out to be; both parts may be empty. Thoughts come before the answer. */
public record Piece(String reasoning, String content) {
    static final Piece NOTHING = new Piece("", "");

    public boolean isEmpty() {
        return reasoning.isEmpty() && content.isEmpty();
    }
}
