package koine.engine.reasoning;

/** Reads a model's words in one layout. One thread. */
abstract class LayoutReader {
    final Pending pending = new Pending();
    final TrimmedText reasoning = new TrimmedText(true);
    final TrimmedText content = new TrimmedText(false);

    static LayoutReader of(Layout layout) {
        return switch (layout) {
            case Layout.Plain _ -> new PlainReader();
            case Layout.Tags tags -> new TagReader(tags);
            case Layout.Messages messages -> new MessageReader(messages);
        };
    }

    /** Continues where the prompt ends. */
    abstract void begin(String prompt, String lastMessage);

    /** @param last no more text will come */
    abstract void read(boolean last);

    abstract boolean isThinking();

    private static final class PlainReader extends LayoutReader {
        private final StringBuilder all = new StringBuilder();

        @Override
        void begin(String prompt, String lastMessage) {}

        @Override
        void read(boolean last) {
            all.append(pending.take(pending.length()));
        }

        @Override
        Piece take() {
            String text = all.toString();
            all.setLength(0);
            return text.isEmpty() ? Piece.NOTHING : new Piece("", text);
        }

        @Override
        boolean isThinking() {
            return false;
        }
    }

    Piece take() {
        String thoughts = reasoning.take();
        String answer = content.take();
        return thoughts.isEmpty() && answer.isEmpty() ? Piece.NOTHING : new Piece(thoughts, answer);
    }
}
