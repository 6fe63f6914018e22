package koine.engine.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import koine.engine.session.ContextOverflowException;
import koine.engine.session.GenerationException;
import koine.engine.session.Generator;
import koine.engine.session.Tokenizer;

/**
 * A generator that says what the test wants when the test wants it; everything around it is real. The last user message
 * chooses: {@code say X} says X in one go, {@code step} says each piece handed to {@link #say}, {@code slow} says a piece
 * each 20 ms for ever, {@code read} reads a prompt for ever, {@code overflow} and {@code fail} do that.
 */
public final class ScriptedGenerator implements Generator {
    static final String TEMPLATE =
            "{% for message in messages %}[{{ message['role'] }}]{{ message['content'] }}\n{% endfor %}"
                    + "{% if add_generation_prompt %}[assistant]{% endif %}";

    private static final String END = "\0end";

    /** A token for each byte. */
    private static final Tokenizer LETTERS = new Tokenizer() {
        @Override
        public int[] tokens(String text, boolean addSpecial, boolean parseSpecial) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF).toArray();
        }

        @Override
        public byte[] bytes(int token) {
            return new byte[] {(byte) token};
        }

        @Override
        public int size() {
            return 256;
        }
    };

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    final BlockingQueue<String> forgotten = new LinkedBlockingQueue<>();
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
        return new ModelInfo("scripted", "none", 1, 2, 100, 200, TEMPLATE, "<s>", "</s>", 1, 0);
    }

    @Override
    public Tokenizer tokenizer() {
        return LETTERS;
    }

    @Override
    public void begin(Request request, Cancel cancel, Sink sink) {
        waiting.add(() -> run(request, cancel, sink));
    }

    @Override
    public boolean step() {
        Runnable next = waiting.poll();
        if (next != null) {
            next.run();
        }
        return !waiting.isEmpty();
    }

    @Override
    public boolean rest(BooleanSupplier wanted) {
        return false;
    }

    @Override
    public List<Embedding> embed(List<int[]> texts, Cancel cancel) {
        throw new UnsupportedOperationException("no embeddings");
    }

    @Override
    public void forget(String cacheKey) {
        forgotten.add(cacheKey);
    }

    private void run(Request request, Cancel cancel, Sink sink) {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("not the owner's thread");
        }
        if (cancel.isCancelled()) {
            sink.onEnd(new Outcome(Finish.CANCELLED, 0, 0, 0, 0, 0, null));
            return;
        }
        begun.add(request);
        Finish finish = Finish.CANCELLED;
        try {
            String prompt = ((Prompt.Text) request.prompt()).text();
            int from = prompt.lastIndexOf("[user]") + "[user]".length();
            String wish = prompt.substring(from, prompt.indexOf("\n[assistant]", from));
            finish = act(wish, cancel, sink);
            sink.onEnd(new Outcome(finish, 10, 4, 5, 60, 50, null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ContextOverflowException | GenerationException e) {
            sink.onFailure(e);
        } finally {
            ended.add(finish);
        }
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
