package koine.engine.server;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import koine.engine.session.ContextOverflowException;
import koine.engine.session.GenerationException;
import koine.engine.session.Generator;

/**
 * A generator that says what the test wants when the test wants it; everything around it is real. The last user message
 * chooses: {@code say X} says X in one go, {@code step} says each piece handed to {@link #say}, {@code slow} says a piece
 * each 20 ms for ever, {@code read} reads a prompt for ever, {@code overflow} and {@code fail} do that.
 */
public final class ScriptedGenerator implements Generator {
    static final String TEMPLATE =
            "{% for message in messages %}[{{ message['role'] }}]{{ message['content'] }}\n{% endfor %}[assistant]";

    private static final String END = "\0end";

    private final BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
    final BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
    final BlockingQueue<Finish> ended = new LinkedBlockingQueue<>();
    public volatile Thread owner = Thread.currentThread();

    void say(String... more) {
        pieces.addAll(List.of(more));
    }

    void end() {
        pieces.add(END);
    }

    @Override
    public ModelInfo model() {
        return new ModelInfo("scripted", "none", 1, 2, 100, 200, TEMPLATE, "<s>", "</s>");
    }

    @Override
    public Outcome generate(Request request, Cancel cancel, Sink sink) {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("not the owner's thread");
        }
        begun.add(request);
        Finish finish = Finish.CANCELLED;
        try {
            String prompt = request.prompt();
            int from = prompt.lastIndexOf("[user]") + "[user]".length();
            String wish = prompt.substring(from, prompt.indexOf("\n[assistant]", from));
            finish = act(wish, cancel, sink);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.add(finish);
        }
        return new Outcome(finish, 10, 4, 5, 60, 50);
    }

    private Finish act(String wish, Cancel cancel, Sink sink) throws InterruptedException {
        if (wish.equals("overflow")) {
            throw new ContextOverflowException(1000, 100);
        }
        if (wish.equals("fail")) {
            throw new GenerationException("llama_decode: -3");
        }
        if (wish.startsWith("say ")) {
            sink.onPromptProgress(10, 4, 10);
            wish.substring("say ".length()).codePoints().forEach(c -> sink.onText(Character.toString(c)));
            return Finish.STOP;
        }
        if (wish.equals("read")) {
            for (int i = 1; !cancel.isCancelled(); i++) {
                sink.onPromptProgress(Math.min(i, 9), 0, 10);
                TimeUnit.MILLISECONDS.sleep(20);
            }
            return Finish.CANCELLED;
        }
        if (wish.equals("slow")) {
            for (int i = 0; !cancel.isCancelled(); i++) {
                sink.onText(i + " ");
                TimeUnit.MILLISECONDS.sleep(20);
            }
            return Finish.CANCELLED;
        }
        if (!wish.equals("step")) {
            throw new GenerationException("no such script");
        }
        while (!cancel.isCancelled()) {
            String piece = pieces.poll(20, TimeUnit.MILLISECONDS);
            if (END.equals(piece)) {
                return Finish.STOP;
            }
            if (piece != null) {
                if (piece.equals("fail")) {
                    throw new GenerationException("llama_decode: -3");
                }
                sink.onText(piece);
            }
        }
        return Finish.CANCELLED;
    }

    @Override
    public void close() {}
}
