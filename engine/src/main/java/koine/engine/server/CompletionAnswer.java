package koine.engine.server;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import koine.engine.session.Generator;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/**
 * Writes one generation to its client. Nothing is sent before there is something to say, so an error that comes first
 * still has its status; from then on something is sent at least twice a second, since a client that has gone is noticed
 * only when it is written to.
 */
final class CompletionAnswer {
    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Tokens of so long go into one event: an event for each costs more than it shows. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Generation generation;
    private final AnswerReader reader;
    private final CompletionJson json;
    private final Response response;

    CompletionAnswer(Generation generation, AnswerReader reader, CompletionJson json, Response response) {
        this.generation = generation;
        this.reader = reader;
        this.json = json;
        this.response = response;
    }

    void stream(boolean withProgress, boolean withUsage) throws ApiException, IOException, InterruptedException {
        long sent = System.nanoTime();
        while (true) {
            Generation.Update update = generation.next(Math.max(1, sent + BEAT_NANOS - System.nanoTime()));
            if (update.failure() != null) {
                streamFailure(ApiException.failed(update.failure()));
                return;
            }
            StringBuilder events = new StringBuilder();
            if (withProgress && update.progress() != null) {
                append(events, json.progress(update.progress()));
            }
            AnswerReader.Part part = reader.read(update);
            if (!part.isEmpty()) {
                append(events, json.chunk(part));
            }
            Generator.Outcome outcome = update.outcome();
            if (outcome != null) {
                append(events, json.end(part.isEmpty() ? part : AnswerReader.Part.NOTHING, outcome));
                if (withUsage) {
                    append(events, json.usageAlone(outcome));
                }
                send(events.append("data: [DONE]\n\n"), true);
                return;
            }
            if (events.isEmpty()) {
                if (System.nanoTime() - sent < BEAT_NANOS) {
                    continue; // progress that nobody asked for
                }
                events.append(":\n\n");
            }
            send(events, false);
            sent = System.nanoTime();
            if (!update.text().isEmpty()) {
                generation.gather(GATHER_NANOS);
            }
        }
    }

    private void streamFailure(ApiException failure) throws ApiException, IOException {
        if (!response.isCommitted()) {
            throw failure;
        }
        StringBuilder events = new StringBuilder();
        append(events, failure.body());
        send(events, true);
    }

    private static void append(StringBuilder events, JsonObject data) {
        events.append("data: ").append(data).append("\n\n");
    }

    private void send(StringBuilder events, boolean last) throws IOException {
        if (!response.isCommitted()) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        }
        Content.Sink.write(response, last, StandardCharsets.UTF_8.encode(events.toString()));
    }

    /**
     * The answer in one piece. Once the generation is under way, blanks (which mean nothing before a JSON text) go out
     * as its heartbeat.
     */
    void whole() throws ApiException, IOException, InterruptedException {
        boolean underWay = false;
        while (true) {
            Generation.Update update = generation.next(BEAT_NANOS);
            if (update.failure() != null) {
                throw ApiException.failed(update.failure());
            }
            json.add(reader.read(update));
            Generator.Outcome outcome = update.outcome();
            if (outcome != null) {
                ApiHandler.write(response, 200, json.whole(outcome));
                return;
            }
            if (underWay) {
                if (!response.isCommitted()) {
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                }
                Content.Sink.write(response, false, StandardCharsets.UTF_8.encode(" "));
            }
            underWay |= update.progress() != null || !update.text().isEmpty();
            generation.gather(BEAT_NANOS);
        }
    }
}
