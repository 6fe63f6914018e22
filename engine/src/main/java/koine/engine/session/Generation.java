package koine.engine.session;

import java.util.concurrent.TimeUnit;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaException;
import koine.engine.llama.LlamaSampler;
import koine.engine.llama.Vocabulary;
import koine.engine.session.Generator.Cancel;
import koine.engine.session.Generator.Finish;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Generator.Request;
import koine.engine.session.Generator.Sink;

/** One prompt and its answer. */
final class Generation {
    private final LlamaContext context;
    private final Vocabulary vocabulary;
    private final PrefixCache cache;
    private final LlamaSampler sampler;
    private final Request request;
    private final Cancel cancel;
    private final Sink sink;
    private final Watch watch;
    private final Utf8Assembler characters = new Utf8Assembler();
    private final StopScanner scanner;

    private int[] prompt = {};
    private int cached;
    private boolean reading;
    private int answerTokens;
    private long start;
    private long first;
    private long last;

    Generation(
            LlamaContext context,
            Vocabulary vocabulary,
            PrefixCache cache,
            LlamaSampler sampler,
            Request request,
            Cancel cancel,
            Sink sink) {
        this.context = context;
        this.vocabulary = vocabulary;
        this.cache = cache;
        this.sampler = sampler;
        this.request = request;
        this.cancel = cancel;
        this.sink = sink;
        this.watch = new Watch(cancel, this::reportPrompt);
        this.scanner = new StopScanner(request.stop());
    }

    /** To be asked while the context computes. */
    Watch watch() {
        return watch;
    }

    /** @throws LlamaException when llama.cpp reports a failure; the context is in no certain state then */
    Outcome run(int[] promptTokens) {
        prompt = promptTokens;
        start = System.nanoTime();
        if (cancel.isCancelled()) {
            return outcome(Finish.CANCELLED);
        }
        cached = reuse();
        Finish finish = readPrompt() ? answer() : Finish.CANCELLED;
        emit(scanner.finish());
        return outcome(finish);
    }

    /** Keeps what the context has read of this prompt; the last token is read again, for its logits. */
    private int reuse() {
        int shared = Math.min(cache.shared(request.cacheKey(), prompt), prompt.length - 1);
        if (shared == 0 || !context.keepFirst(shared)) {
            context.clear();
            shared = 0;
        }
        cache.keepFirst(shared, request.cacheKey());
        return shared;
    }

    private boolean readPrompt() {
        reading = true;
        watch.beat();
        int at = cached;
        while (at < prompt.length) {
            // parts end at multiples of the batch size, so a prompt is always parted in the same way
            int part = Math.min(context.batchTokens() - at % context.batchTokens(), prompt.length - at);
            if (!read(prompt, at, part)) {
                return false;
            }
            at += part;
            watch.beat();
            if (at < prompt.length && cancel.isCancelled()) {
                return false;
            }
        }
        reading = false;
        return true;
    }

    private Finish answer() {
        int[] next = new int[1];
        while (answerTokens != request.maxTokens()) {
            if (cancel.isCancelled()) {
                return Finish.CANCELLED;
            }
            if (answerTokens > 0 && !read(next, 0, 1)) {
                return Finish.CANCELLED;
            }
            int token = context.sample(sampler);
            last = System.nanoTime();
            if (first == 0) {
                first = last;
            }
            if (vocabulary.isEndOfGeneration(token)) {
                return Finish.STOP;
            }
            answerTokens++;
            emit(scanner.accept(characters.accept(vocabulary.piece(token, false))));
            if (scanner.stopped()) {
                return Finish.STOP;
            }
            if (cache.length() == context.contextTokens()) {
                return Finish.LENGTH;
            }
            next[0] = token;
        }
        return Finish.LENGTH;
    }

    /** @return false when cancelled; the context holds what the cache says in any case */
    private boolean read(int[] tokens, int from, int count) {
        if (context.decode(tokens, from, count)) {
            cache.append(tokens, from, count);
            return true;
        }
        if (!context.keepFirst(cache.length())) {
            context.clear();
            cache.keepFirst(0, null);
        }
        watch.rethrow();
        return false;
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            sink.onText(text);
        }
    }

    private void reportPrompt() {
        if (reading) {
            sink.onPromptProgress(cache.length(), cached, prompt.length);
        }
    }

    private Outcome outcome(Finish finish) {
        if (first == 0) {
            first = System.nanoTime();
            last = first;
        }
        return new Outcome(finish, prompt.length, cached, answerTokens, millis(first - start), millis(last - first));
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
