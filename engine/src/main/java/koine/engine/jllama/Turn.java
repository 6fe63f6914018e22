package koine.engine.jllama;

import de.kherud.llama.Inside;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import koine.engine.session.GenerationException;
import koine.engine.session.Generator.Cancel;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Request;
import koine.engine.session.Generator.Sink;
import koine.engine.session.StopScanner;
import org.jspecify.annotations.Nullable;

/**
 * One prompt and its answer: the prompt in parts, then a token each step. The library tells no numbers of tokens and not why an
 * answer ended; both are read off the pieces it sends. What the sink throws ends this turn and no other.
 */
final class Turn {
    private static final int NO_TASK = -1;

    private final JllamaModel model;
    private final Inside inside;
    private final Reading reading;
    private final Request request;
    private final Cancel cancel;
    private final Sink sink;
    private final int[] tokens;
    private final int most;
    private final StopScanner scanner;
    private final StringBuilder said = new StringBuilder();

    private boolean begun;
    private int read;
    private int cached;
    private int task = NO_TASK;
    private int answerTokens;
    /** Tokens without a text that came last: control tokens, or the one that ended the answer. */
    private int silent;

    private long start;
    private long first;
    private long last;
    private @Nullable RuntimeException broken;

    /** @param tokens of the prompt; at least one, and fewer than the context takes */
    Turn(JllamaModel model, Reading reading, Request request, Cancel cancel, Sink sink, int[] tokens) {
        this.model = model;
        this.inside = model.inside();
        this.reading = reading;
        this.request = request;
        this.cancel = cancel;
        this.sink = sink;
        this.tokens = tokens;
        int room = model.contextTokens() - tokens.length;
        this.most = request.maxTokens() < 0 ? room : Math.min(request.maxTokens(), room);
        this.scanner = new StopScanner(request.stop());
    }

    /** Ends one that waits and is not wanted any more. @return whether it has ended */
    boolean endIfCancelled() {
        if (!cancel.isCancelled()) {
            return false;
        }
        end(Finish.CANCELLED);
        return true;
    }

    /** @return whether there is more to do */
    boolean step() {
        try {
            if (!begun) {
                begin();
            }
            Finish finish = broken != null || cancel.isCancelled() ? Finish.CANCELLED : goOn();
            if (finish == null) {
                return true;
            }
            end(finish);
        } catch (GenerationException e) {
            leave();
            sink.fail(e);
        }
        return false;
    }

    private void begin() {
        begun = true;
        start = System.nanoTime();
        cached = reading.begin(request.cacheKey(), tokens);
        read = cached;
        reportPrompt();
    }

    /** @return how it ended; null when it goes on */
    private @Nullable Finish goOn() {
        if (task != NO_TASK) {
            return answer();
        }
        int end = Math.min(read + Reading.PART, tokens.length);
        if (end == tokens.length && most > 0) {
            task = inside.begin(RequestJson.answering(tokens, request, most, forbidden(), visible()));
            return answer();
        }
        reading.read(tokens, end);
        read = end;
        reportPrompt();
        return read < tokens.length ? null : Finish.LENGTH;
    }

    private @Nullable Finish answer() {
        Inside.Output output = inside.next(task);
        last = System.nanoTime();
        if (first == 0) {
            first = last;
            read = tokens.length;
            reportPrompt();
        }
        if (output.last()) {
            task = NO_TASK;
            return ended();
        }
        if (output.text().isEmpty()) {
            silent++;
            return null;
        }
        answerTokens += silent + count(output.text());
        silent = 0;
        said.append(output.text());
        emit(scanner.accept(output.text()));
        return scanner.stopped() ? Finish.STOP : null;
    }

    /** The token that ends an answer has no text; an answer that ends without it has come to its limit. */
    private Finish ended() {
        if (silent > 0) {
            answerTokens += silent - 1;
            return Finish.STOP;
        }
        answerTokens = most;
        return Finish.LENGTH;
    }

    /** A piece is a token, but for a character of several; then it is as many as the text alone would have. */
    private int count(String text) {
        boolean plain = text.chars().allMatch(unit -> unit < 0x80);
        return plain ? 1 : Math.max(1, model.tokenize(text, true).length);
    }

    private Set<Integer> forbidden() {
        return request.ignoreEnd() ? model.ends() : Set.of();
    }

    /** What ends an answer stays silent: else it could not be told from its name, written in letters. */
    private List<String> visible() {
        List<String> names = new ArrayList<>();
        for (String name : request.visibleControls()) {
            int[] named = model.tokenize(name, true);
            if (named.length == 1 && !model.ends().contains(named[0])) {
                names.add(name);
            }
        }
        return names;
    }

    private void reportPrompt() {
        guard(() -> sink.onPromptProgress(read, cached, tokens.length));
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            guard(() -> sink.onText(text));
        }
    }

    private void guard(Runnable call) {
        if (broken != null) {
            return;
        }
        try {
            call.run();
        } catch (RuntimeException e) {
            broken = e;
        }
    }

    private void end(Finish finish) {
        leave();
        if (begun) {
            reading.hold(held());
        }
        emit(scanner.finish());
        guard(() -> sink.onEnd(outcome(finish)));
        if (broken != null) {
            sink.fail(broken);
        }
    }

    /** What the context holds now, the answer as far as its text says. */
    private int[] held() {
        if (read < tokens.length || request.cacheKey() == null) {
            return Arrays.copyOf(tokens, read);
        }
        int[] answer = said.isEmpty() ? new int[0] : model.tokenize(said.toString(), true);
        int[] all = Arrays.copyOf(tokens, tokens.length + answer.length);
        System.arraycopy(answer, 0, all, tokens.length, answer.length);
        return all;
    }

    private void leave() {
        if (task != NO_TASK) {
            inside.cancel(task);
            task = NO_TASK;
        }
    }

    /** The engine ends. */
    void abandon() {
        leave();
    }

    private Outcome outcome(Finish finish) {
        long now = System.nanoTime();
        long spoken = first == 0 ? now : first;
        return new Outcome(
                finish,
                tokens.length,
                cached,
                answerTokens,
                start == 0 ? 0 : millis(spoken - start),
                first == 0 ? 0 : millis(last - first),
                scanner.found());
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
