package koine.engine.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import koine.engine.session.Ability;
import koine.engine.session.ContextOverflowException;
import koine.engine.session.GenerationException;
import koine.engine.session.Generator;
import koine.engine.session.TokenScore;
import koine.engine.session.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * A generator that says what the test wants when the test wants it; everything around it is real. The last user message
 * chooses: {@code say X} says X in one go, {@code step} says each piece handed to {@link #say}, {@code slow} says a piece
 * each 20 ms for ever, {@code read} reads a prompt for ever, {@code deaf} says a word and then does not hear of a cancel
 * until {@link #hear}, {@code overflow} and {@code fail} do that.
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
        public Prompt read(Prompt prompt) {
            return prompt; // these tests look at it
        }

        @Override
        public byte[] bytes(int token) {
            return new byte[] {(byte) token};
        }

        @Override
        public boolean isControl(int token) {
            return false;
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
    private final CountDownLatch hearing = new CountDownLatch(1);
    public volatile Thread owner = Thread.currentThread();
    volatile String template = TEMPLATE;
    volatile int embeddingSize;
    volatile Set<Ability> abilities = EnumSet.allOf(Ability.class);
    /** A permit for each text; null when all may be computed. */
    volatile @Nullable Semaphore mayEmbed;

    final AtomicInteger embedded = new AtomicInteger();

    void say(String... more) {
        pieces.addAll(List.of(more));
    }

    void end() {
        pieces.add(END);
    }

    void hear() {
        hearing.countDown();
    }

    @Override
    public ModelInfo model() {
        return new ModelInfo(
                "scripted",
                "none",
                1,
                2,
                100,
                200,
                template,
                "<s>",
                "</s>",
                1,
                embeddingSize,
                null,
                "scripted",
                abilities,
                null);
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
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("not the owner's thread");
        }
        List<Embedding> embeddings = new ArrayList<>();
        for (int[] text : texts) {
            Semaphore allowed = mayEmbed;
            if (allowed != null) {
                allowed.acquireUninterruptibly();
            }
            embedded.incrementAndGet();
            if (text.length > 100) {
                throw new ContextOverflowException(text.length, 100);
            }
            embeddings.add(new Embedding(new float[] {text.length, 0.5f}, text.length));
        }
        return embeddings;
    }

    @Override
    public void forget(String cacheKey) {
        if (cacheKey.equals("unreadable")) {
            throw new UncheckedIOException(new IOException("as scripted"));
        }
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
            finish = act(wish(request.prompt()), request, cancel, sink);
            boolean drafted = wish(request.prompt()).equals("say drafted");
            sink.onEnd(new Outcome(finish, 10, 4, 5, 60, 50, null, drafted ? 7 : 0, drafted ? 3 : 0));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ContextOverflowException | GenerationException e) {
            sink.onFailure(e);
        } finally {
            ended.add(finish);
        }
    }

    /** A prompt that is no chat is the wish itself. */
    private static String wish(Prompt prompt) {
        String text = prompt instanceof Prompt.Text(String written, int _) ? written : "say tokens";
        int chat = text.lastIndexOf("[user]");
        return chat < 0 ? text : text.substring(chat + "[user]".length(), text.indexOf("\n[assistant]", chat));
    }

    private static TokenScore score(int letter, double logProbability) {
        byte[] bytes = Character.toString(letter).getBytes(StandardCharsets.UTF_8);
        TokenScore other = new TokenScore('?', new byte[] {'?'}, Double.NEGATIVE_INFINITY, List.of());
        return new TokenScore(letter, bytes, logProbability, List.of(other));
    }

    private Finish act(String wish, Request request, Cancel cancel, Sink sink) throws InterruptedException {
        if (request.scorePrompt()) {
            sink.onPromptToken(score(wish.codePointAt(0), Double.NaN));
            wish.codePoints().skip(1).forEach(letter -> sink.onPromptToken(score(letter, -2)));
        }
        if (wish.equals("deaf")) {
            sink.onPromptProgress(10, 4, 10);
            sink.onText("word");
            hearing.await();
            return Finish.CANCELLED;
        }
        if (wish.equals("overflow")) {
            throw new ContextOverflowException(1000, 100);
        }
        if (wish.equals("fail")) {
            throw new GenerationException("llama_decode: -3");
        }
        if (wish.startsWith("say ")) {
            sink.onPromptProgress(10, 4, 10);
            wish.substring("say ".length()).codePoints().forEach(letter -> {
                if (request.alternatives() >= 0) {
                    sink.onToken(score(letter, -0.5));
                }
                sink.onText(Character.toString(letter));
            });
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
