package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.engine.session.MissingAbilityException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may ask, and who answers what. Each request has a thread of its own while it is answered. */
final class ApiHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

    /** Its clients are programs of one user; the limits are against what runs wild, not against what is busy. */
    private static final AccessRules.Limits LIMITS = new AccessRules.Limits(2000, 4000, 1000, 8 * 1024 * 1024);

    private static final Duration LEASE_BEAT = Duration.ofSeconds(1);
    private static final Duration NEWS = Duration.ofSeconds(1);
    private static final Pattern CANCEL = Pattern.compile("/v1/chat/completions/([^/]+)/cancel");
    private static final Pattern CONVERSATION = Pattern.compile("/koine/conversations/([^/]+)");
    private static final String MODEL = "/v1/models/";
    private static final Set<String> GETS = Set.of("/v1/models", "/props", "/lora-adapters");
    private static final Set<String> POSTS = Set.of(
            "/v1/chat/completions",
            "/v1/chat/completions/input_tokens",
            "/v1/completions",
            "/v1/embeddings",
            "/apply-template",
            "/tokenize",
            "/detokenize");

    private final AccessRules rules;
    private final String modelName;
    private final GeneratorThread generator;
    private final Leases leases;
    private final ModelFacts facts;
    private final Completions completions;
    private final Embeddings embeddings;
    private final Tokens tokens;

    ApiHandler(String token, String modelName, GeneratorThread generator, Leases leases) {
        this.rules = new AccessRules(token, host -> false, LIMITS);
        this.modelName = modelName;
        this.generator = generator;
        this.leases = leases;
        this.facts = new ModelFacts(modelName, generator);
        this.completions = new Completions(generator);
        this.embeddings = new Embeddings(generator);
        this.tokens = new Tokens(generator);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try (AccessRules.Pass pass = rules.enter(request, response)) {
            route(request, response, pass);
            callback.succeeded();
        } catch (ApiException e) {
            e.answer(response, callback);
        } catch (IOException e) {
            callback.failed(e); // the client has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
        } catch (MissingAbilityException e) {
            ApiException.failed(e).answer(response, callback);
        } catch (RuntimeException e) {
            LOG.error("a request failed", e);
            ApiException.of(500, "server_error", "an error inside the engine").answer(response, callback);
        }
        return true;
    }

    private void route(Request request, Response response, AccessRules.Pass pass)
            throws ApiException, IOException, InterruptedException {
        String path = Request.getPathInContext(request);
        if (path.equals("/health")) {
            AccessRules.require(request, "GET", response);
            state(generator.state(), response);
            return;
        }
        rules.checkToken(request, response);
        Matcher cancel = CANCEL.matcher(path);
        if (cancel.matches()) {
            AccessRules.require(request, "POST", response);
            write(response, 200, said("cancelled", generator.cancel(Asked.id(cancel.group(1)))));
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
            serve(path, request, response, pass);
        } finally {
            leases.done();
        }
    }

    /** What only Koine itself asks; none of it is a use of the model. */
    private void own(String path, Request request, Response response)
            throws ApiException, IOException, InterruptedException {
        Matcher conversation = CONVERSATION.matcher(path);
        if (conversation.matches()) {
            AccessRules.require(request, "DELETE", response);
            generator.forget(conversation.group(1));
            write(response, 200, said("forgotten", true));
            return;
        }
        switch (path) {
            case "/koine/lease" -> {
                AccessRules.require(request, "GET", response);
                lease(response);
            }
            case "/koine/load" -> { // /health for who waits: answered when there is news
                AccessRules.require(request, "GET", response);
                state(generator.awaitNews(Asked.seen(request), NEWS), response);
            }
            case "/koine/status" -> {
                AccessRules.require(request, "GET", response);
                Leases.Use use = leases.use();
                JsonObject json = said("busy", use.busy());
                json.addProperty("unusedMillis", use.unused().toMillis());
                write(response, 200, json);
            }
            case "/koine/unload" -> {
                AccessRules.require(request, "POST", response);
                boolean ending = leases.endUnlessBusy();
                write(response, ending ? 200 : 409, said("ending", ending));
            }
            default -> throw nothing();
        }
    }

    private void serve(String path, Request request, Response response, AccessRules.Pass pass)
            throws ApiException, IOException, InterruptedException {
        if (path.startsWith(MODEL)) {
            AccessRules.require(request, "GET", response);
            write(response, 200, facts.one(path.substring(MODEL.length())));
        } else if (GETS.contains(path)) {
            AccessRules.require(request, "GET", response);
            get(path, request, response);
        } else if (POSTS.contains(path)) {
            AccessRules.require(request, "POST", response);
            post(path, request, response, pass);
        } else {
            throw nothing();
        }
    }

    private static ApiException nothing() {
        return ApiException.of(404, "not_found_error", "nothing is here");
    }

    private void get(String path, Request request, Response response) throws ApiException, IOException {
        switch (path) {
            case "/v1/models" -> write(response, 200, facts.list());
            case "/props" -> write(response, 200, facts.props(Asked.model(request, modelName)));
            default -> write(response, 200, new JsonArray());
        }
    }

    private void post(String path, Request request, Response response, AccessRules.Pass pass)
            throws ApiException, IOException, InterruptedException {
        byte[] body = rules.body(request, pass);
        switch (path) {
            case "/v1/chat/completions" -> completions.chat(asked(request, "chatcmpl-"), body, response);
            case "/v1/completions" -> completions.text(asked(request, "cmpl-"), body, response);
            case "/v1/chat/completions/input_tokens" -> write(response, 200, completions.inputTokens(body));
            case "/v1/embeddings" -> embeddings.answer(asked(request, "embd-"), body, response);
            case "/apply-template" -> write(response, 200, completions.template(body));
            case "/tokenize" -> write(response, 200, tokens.tokenize(body));
            default -> write(response, 200, tokens.detokenize(body));
        }
    }

    private static JsonObject said(String name, boolean value) {
        JsonObject json = new JsonObject();
        json.addProperty(name, value);
        return json;
    }

    private static void state(ModelState state, Response response) throws IOException {
        JsonObject json = new JsonObject();
        int status = 503;
        switch (state) {
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

    private Asked asked(Request request, String prefix) throws ApiException {
        return Asked.of(request, prefix, modelName);
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

    static void write(Response response, int status, JsonElement json) throws IOException {
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
