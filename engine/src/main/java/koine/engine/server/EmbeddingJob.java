package koine.engine.server;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import koine.engine.session.Generator;
import koine.engine.session.Generator.Embedding;
import org.jspecify.annotations.Nullable;

/**
 * Texts whose embeddings one connection waits for: the generator's thread computes one after another, between the steps
 * of answers; the connection's thread awaits them. Any thread may cancel.
 */
final class EmbeddingJob {
    private final String id;
    private final List<int[]> texts;
    /** The longest first: one that is too long is refused before anything is computed. */
    private final List<Integer> order;

    private final Map<Integer, Embedding> embeddings = new TreeMap<>(); // by its place; the generator's thread's
    private final CompletableFuture<List<Embedding>> result = new CompletableFuture<>();
    private volatile boolean underWay;
    private volatile boolean cancelled;

    EmbeddingJob(String id, List<int[]> texts) {
        this.id = id;
        this.texts = texts;
        this.order = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> texts.get(i).length)
                        .reversed())
                .toList();
    }

    String id() {
        return id;
    }

    /** Computes one text. @return whether there is more to compute */
    boolean step(Generator generator) {
        try {
            if (cancelled) {
                result.complete(List.of());
            }
            if (result.isDone()) {
                return false;
            }
            int next = order.get(embeddings.size());
            List<Embedding> one = generator.embed(List.of(texts.get(next)), () -> cancelled);
            if (one.isEmpty()) {
                return false; // cancelled meanwhile
            }
            embeddings.put(next, one.getFirst());
            underWay = true;
            if (embeddings.size() < texts.size()) {
                return true;
            }
            result.complete(List.copyOf(embeddings.values()));
            return false;
        } catch (RuntimeException e) {
            fail(e);
            return false;
        } catch (Error e) {
            fail(e);
            throw e;
        }
    }

    void fail(Throwable why) {
        result.completeExceptionally(why);
    }

    void cancel() {
        cancelled = true;
        result.complete(List.of());
    }

    /** Whether something is computed: what can be refused is refused before. */
    boolean underWay() {
        return underWay;
    }

    /**
     * @return null when the time ran out; nothing when it was cancelled
     * @throws ApiException what the generator threw, as it is told to clients
     */
    @Nullable
    List<Embedding> await(long nanos) throws ApiException, InterruptedException {
        try {
            return result.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException why
                    ? ApiException.failed(why)
                    : ApiException.of(500, "server_error", "an error inside the engine");
        }
    }
}
