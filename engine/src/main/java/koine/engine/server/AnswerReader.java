package koine.engine.server;

import java.util.ArrayList;
import java.util.List;
import koine.engine.reasoning.Piece;
import koine.engine.reasoning.ReasoningSplitter;
import koine.engine.session.Generator;
import koine.engine.session.TokenScore;
import org.jspecify.annotations.Nullable;

/** Tells apart, as they come, a generation's thoughts, its answer and its scores. One thread. */
final class AnswerReader {
    private final @Nullable ReasoningSplitter splitter;
    private final ScoredTokens scores = new ScoredTokens();
    private List<TokenScore> prompt = new ArrayList<>();

    /**
     * What is new.
     *
     * @param promptTokens all of them, with the first text or token of the answer, or its end
     */
    record Part(String reasoning, String content, List<TokenScore> promptTokens, List<TokenScore> tokens) {
        static final Part NOTHING = new Part("", "", List.of(), List.of());

        boolean isEmpty() {
            return reasoning.isEmpty() && content.isEmpty() && tokens.isEmpty();
        }
    }

    /** @param splitter null when everything is answer */
    AnswerReader(@Nullable ReasoningSplitter splitter) {
        this.splitter = splitter;
    }

    /** With the outcome, gives what was held back too. */
    Part read(Generation.Update update) {
        Generator.Outcome outcome = update.outcome();
        List<TokenScore> tokens = new ArrayList<>(scores.take(update.tokens(), update.text()));
        if (outcome != null) {
            tokens.addAll(scores.rest(outcome.stopText()));
        }
        Piece piece = piece(update);
        prompt.addAll(update.promptTokens());
        Part part = new Part(piece.reasoning(), piece.content(), prompt, tokens);
        if (part.isEmpty() && outcome == null) {
            return Part.NOTHING;
        }
        prompt = new ArrayList<>();
        return part;
    }

    private Piece piece(Generation.Update update) {
        if (splitter == null) {
            return new Piece("", update.text());
        }
        Piece piece = splitter.feed(update.text());
        if (update.outcome() == null) {
            return piece;
        }
        Piece last = splitter.finish();
        return new Piece(piece.reasoning() + last.reasoning(), piece.content() + last.content());
    }
}
