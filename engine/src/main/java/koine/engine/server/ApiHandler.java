package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.engine.session.Generator.ModelInfo;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may ask, and who answers what. Each request runs on its own virtual thread. */
final class ApiHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

    /** Its clients are programs of one user; the limits are against what runs wild, not against what is busy. */
    private static final AccessRules.Limits LIMITS = new AccessRules.Limits(2000, 4000, 1000, 16 * 1024 * 1024);

    private static final Duration LEASE_BEAT = Duration.ofSeconds(1);
    private static final Pattern CANCEL = Pattern.compile("/v1/chat/completions/([^/]+)/cancel");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final AccessRules rules;
    private final String modelName;
    private final GeneratorThread generator;
    private final Leases leases;

    ApiHandler(String token, String modelName, GeneratorThread generator, Leases leases) {
        this.rules = new AccessRules(token, host -> false, LIMITS);
        this.modelName = modelName;
        this.generator = generator;
        this.leases = leases;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try (AccessRules.Pass _ = rules.enter(request, response)) {
            route(request, response);
            callback.succeeded();
        } catch (ApiException e) {
            e.answer(response, callback);
        } catch (IOException e) {
            callback.failed(e); // the client has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
        } catch (RuntimeException e) {
            LOG.error("a request failed", e);
            ApiException.of(500, "server_error", "an error inside the engine").answer(response, callback);
        }
        return true;
    }

    private void route(Request request, Response response) throws ApiException, IOException, InterruptedException {
        String path = Request.getPathInContext(request);
        if (path.equals("/health")) {
            AccessRules.require(request, "GET", response);
            health(response);
            return;
        }
        rules.checkToken(request, response);
        Matcher cancel = CANCEL.matcher(path);
        if (cancel.matches()) {
            AccessRules.require(request, "POST", response);
            JsonObject json = new JsonObject();
            json.addProperty("cancelled", generator.cancel(requestId(cancel.group(1))));
            write(response, 200, json);
            return;
        }
        if (path.startsWith("/koine/")) {
            own(path, request, response);
            return;
        }
        if (!leases.begin()) {
            throw ApiException.of(503, "ending_error", "the engine is ending");
        }
        try {
            serve(path, request, response);
        } finally {
            leases.done();
        }
    }

    /** What only Koine itself asks; none of it is a use of the model. */
    private void own(String path, Request request, Response response)
            throws ApiException, IOException, InterruptedException {
        switch (path) {
            case "/koine/lease" -> {
                AccessRules.require(request, "GET", response);
                lease(response);
            }
            case "/koine/status" -> {
                AccessRules.require(request, "GET", response);
                Leases.Use use = leases.use();
                JsonObject json = new JsonObject();
                json.addProperty("busy", use.busy());
                json.addProperty("unusedMillis", use.unused().toMillis());
                write(response, 200, json);
            }
            case "/koine/unload" -> {
                AccessRules.require(request, "POST", response);
                boolean ending = leases.endUnlessBusy();
                JsonObject json = new JsonObject();
                json.addProperty("ending", ending);
                write(response, ending ? 200 : 409, json);
            }
            default -> throw ApiException.of(404, "not_found_error", "nothing is here");
        }
    }

    private void serve(String path, Request request, Response response)
            throws ApiException, IOException, InterruptedException {
        switch (path) {
            case "/v1/models" -> {
                AccessRules.require(request, "GET", response);
                write(response, 200, models());
            }
            case "/v1/chat/completions" -> {
                AccessRules.require(request, "POST", response);
                complete(request, response);
            }
            default -> throw ApiException.of(404, "not_found_error", "nothing is here");
        }
    }

    private void health(Response response) throws IOException {
        JsonObject json = new JsonObject();
        int status = 503;
        switch (generator.state()) {
            case ModelState.Ready _ -> {
                status = 200;
                json.addProperty("status", "ok");
            }
            case ModelState.Loading(double progress) -> {
                json.addProperty("status", "loading");
                json.addProperty("progress", progress);
            }
            case ModelState.Failed(String type, String message) -> {
                json.addProperty("status", "failed");
                json.addProperty("type", type);
                json.addProperty("message", message);
            }
        }
        write(response, status, json);
    }

    private JsonObject models() throws ApiException {
        ModelInfo info = prompts().model();
        JsonObject meta = new JsonObject();
        meta.addProperty("description", info.description());
        meta.addProperty("architecture", info.architecture());
        meta.addProperty("n_params", info.parameters());
        meta.addProperty("size", info.bytes());
        meta.addProperty("n_ctx", info.contextTokens());
        meta.addProperty("n_ctx_train", info.trainedContextTokens());
        JsonObject model = new JsonObject();
        model.addProperty("id", modelName);
        model.addProperty("object", "model");
        model.addProperty("created", Instant.now().getEpochSecond());
        model.addProperty("owned_by", "koine");
        model.add("meta", meta);
        JsonArray data = new JsonArray();
        data.add(model);
        JsonObject json = new JsonObject();
        json.addProperty("object", "list");
        json.add("data", data);
        return json;
    }

    private PromptRenderer prompts() throws ApiException {
        return switch (generator.state()) {
            case ModelState.Ready(PromptRenderer prompts) -> prompts;
            case ModelState.Loading _ -> throw ApiException.of(503, "unavailable_error", "the model is loading");
            case ModelState.Failed _ -> throw ApiException.of(503, "unavailable_error", "the model is not loaded");
        };
    }

    private void complete(Request request, Response response) throws ApiException, IOException, InterruptedException {
        String given = request.getHeaders().get("X-Request-Id");
        String id = requestId(given == null ? "chatcmpl-" + UUID.randomUUID() : given);
        PromptRenderer prompts = prompts();
        CompletionRequest completion = CompletionRequest.parse(rules.body(request));
        Generation generation = new Generation(id, completion.prompt(prompts.render(completion.messages())));
        generator.submit(generation);
        try {
            CompletionAnswer answer = new CompletionAnswer(generation, new CompletionJson(id, modelName), response);
            if (completion.stream()) {
                answer.stream(completion.returnProgress(), completion.includeUsage());
            } else {
                answer.whole();
            }
        } finally {
            generator.cancel(generation);
        }
    }

    private static String requestId(String id) throws ApiException {
        if (!REQUEST_ID.matcher(id).matches()) {
            throw ApiException.invalid("a request id has 1 to 128 letters, digits, dots, dashes or underscores");
        }
        return id;
    }

    /** Holds the response open: when the client goes, however it goes, a beat cannot be written and the lease ends. */
    private void lease(Response response) throws ApiException, IOException, InterruptedException {
        if (!leases.open()) {
            throw ApiException.of(503, "unavailable_error", "the engine is ending");
        }
        try {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
            do {
                Content.Sink.write(response, false, StandardCharsets.UTF_8.encode(":\n\n"));
            } while (!leases.awaitEnding(LEASE_BEAT));
        } finally {
            leases.release();
        }
    }

    static void write(Response response, int status, JsonObject json) throws IOException {
        if (!response.isCommitted()) {
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        }
        Content.Sink.write(response, true, StandardCharsets.UTF_8.encode(json.toString()));
    }

    /** What is not even a request: answered in the same shape, where Jetty would send a page. */
    static boolean handleProtocolError(Request request, Response response, Callback callback) {
        JsonObject error = new JsonObject();
        error.addProperty("code", response.getStatus());
        error.addProperty("message", "not a request this server understands");
        error.addProperty("type", response.getStatus() < 500 ? "invalid_request_error" : "server_error");
        JsonObject json = new JsonObject();
        json.add("error", error);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        ByteBuffer body = StandardCharsets.UTF_8.encode(json.toString());
        response.write(true, body, callback);
        return true;
    }
}
