package koine.engine.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import koine.engine.session.Generator;
import koine.engine.session.Generator.Embedding;

/** Texts whose embeddings one connection waits for: the generator's thread runs it, the connection's thread awaits it. */
final class EmbeddingJob {
    private final List<int[]> texts;
    private final CompletableFuture<List<Embedding>> result = new CompletableFuture<>();
    private volatile boolean cancelled;

    EmbeddingJob(List<int[]> texts) {
        this.texts = texts;
    }

    void run(Generator generator) {
        try {
            result.complete(cancelled ? List.of() : generator.embed(texts, () -> cancelled));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    void fail(RuntimeException why) {
        result.completeExceptionally(why);
    }

    /** @throws ApiException what the generator threw, as it is told to clients */
    List<Embedding> await() throws ApiException, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException why
                    ? ApiException.failed(why)
                    : ApiException.of(500, "server_error", "an error inside the engine");
        } finally {
            cancelled = true;
        }
    }
}
