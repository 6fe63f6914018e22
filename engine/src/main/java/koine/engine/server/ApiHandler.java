package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may ask, and who answers what. Each request runs on its own virtual thread. */
final class ApiHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);
    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;
    private static final Duration LEASE_BEAT = Duration.ofSeconds(1);
    private static final Set<String> LOOPBACK_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-f:]+]|[^:]+)(?::[0-9]{1,5})?");
    private static final Pattern CANCEL = Pattern.compile("/v1/chat/completions/([^/]+)/cancel");
    private static final Pattern CONVERSATION = Pattern.compile("/koine/conversations/([^/]+)");
    private static final String MODEL = "/v1/models/";
    private static final Set<String> GETS = Set.of("/v1/models", "/props", "/lora-adapters", "/koine/lease");
    private static final Set<String> POSTS = Set.of(
            "/v1/chat/completions",
            "/v1/chat/completions/input_tokens",
            "/v1/completions",
            "/v1/embeddings",
            "/apply-template",
            "/tokenize",
            "/detokenize");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final byte[] token;
    private final GeneratorThread generator;
    private final Leases leases;
    private final ModelFacts facts;
    private final Completions completions;
    private final Embeddings embeddings;
    private final Tokens tokens;

    ApiHandler(String token, String modelName, GeneratorThread generator, Leases leases) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.generator = generator;
        this.leases = leases;
        this.facts = new ModelFacts(modelName, generator);
        this.completions = new Completions(modelName, generator);
        this.embeddings = new Embeddings(modelName, generator);
        this.tokens = new Tokens(generator);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try {
            route(request, response);
            callback.succeeded();
        } catch (ApiException e) {
            answer(e, response, callback);
        } catch (IOException e) {
            callback.failed(e); // the client has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
        } catch (RuntimeException e) {
            LOG.error("a request failed", e);
            answer(ApiException.of(500, "server_error", "an error inside the engine"), response, callback);
        }
        return true;
    }

    private void route(Request request, Response response) throws ApiException, IOException, InterruptedException {
        checkHost(request);
        String path = Request.getPathInContext(request);
        if (path.equals("/health")) {
            require(request, "GET", response);
            health(response);
            return;
        }
        checkToken(request, response);
        Matcher cancel = CANCEL.matcher(path);
        Matcher conversation = CONVERSATION.matcher(path);
        if (cancel.matches()) {
            require(request, "POST", response);
            write(response, 200, said("cancelled", generator.cancel(requestId(cancel.group(1)))));
        } else if (conversation.matches()) {
            require(request, "DELETE", response);
            generator.forget(URIUtil.decodePath(conversation.group(1)));
            write(response, 200, said("forgotten", true));
        } else if (path.startsWith(MODEL)) {
            require(request, "GET", response);
            write(response, 200, facts.one(URIUtil.decodePath(path.substring(MODEL.length()))));
        } else if (GETS.contains(path)) {
            require(request, "GET", response);
            get(path, response);
        } else if (POSTS.contains(path)) {
            require(request, "POST", response);
            post(path, request, response);
        } else {
            throw ApiException.of(404, "not_found_error", "nothing is here");
        }
    }

    private void get(String path, Response response) throws ApiException, IOException, InterruptedException {
        switch (path) {
            case "/v1/models" -> write(response, 200, facts.list());
            case "/props" -> write(response, 200, facts.props());
            case "/lora-adapters" -> write(response, 200, new JsonArray());
            default -> lease(response);
        }
    }

    private void post(String path, Request request, Response response)
            throws ApiException, IOException, InterruptedException {
        byte[] body = body(request);
        switch (path) {
            case "/v1/chat/completions" -> completions.chat(requestId(request, "chatcmpl-"), body, response);
            case "/v1/completions" -> completions.text(requestId(request, "cmpl-"), body, response);
            case "/v1/chat/completions/input_tokens" -> write(response, 200, completions.inputTokens(body));
            case "/v1/embeddings" -> write(response, 200, embeddings.answer(body));
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

    /** A page in a browser can point a name of its own at this computer; only the loopback names are ours. */
    private static void checkHost(Request request) throws ApiException {
        String header = request.getHeaders().get(HttpHeader.HOST);
        Matcher host = HOST.matcher(header == null ? "" : header.toLowerCase(Locale.ROOT));
        String target = request.getHttpURI().getHost();
        boolean known = host.matches()
                && LOOPBACK_NAMES.contains(host.group(1))
                && (target == null || LOOPBACK_NAMES.contains(target.toLowerCase(Locale.ROOT)));
        if (!known) {
            throw ApiException.of(403, "permission_error", "this host name is not served");
        }
    }

    private void checkToken(Request request, Response response) throws ApiException {
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        byte[] given = header != null && header.startsWith("Bearer ")
                ? header.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8)
                : new byte[0];
        if (!MessageDigest.isEqual(token, given)) { // compares in constant time
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
            throw ApiException.of(401, "authentication_error", "the token is missing or wrong");
        }
    }

    private static void require(Request request, String method, Response response) throws ApiException {
        if (!request.getMethod().equals(method)) {
            response.getHeaders().put(HttpHeader.ALLOW, method);
            throw ApiException.of(405, "invalid_request_error", "only " + method + " is possible here");
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

    private static byte[] body(Request request) throws ApiException, IOException {
        String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?")) {
            throw ApiException.of(415, "invalid_request_error", "the body must be application/json");
        }
        try (InputStream in = Content.Source.asInputStream(request)) {
            byte[] body = in.readNBytes(MAX_BODY_BYTES + 1);
            if (body.length > MAX_BODY_BYTES) {
                throw ApiException.of(413, "invalid_request_error", "the body is too large");
            }
            return body;
        }
    }

    private static String requestId(Request request, String prefix) throws ApiException {
        String given = request.getHeaders().get("X-Request-Id");
        return requestId(given == null ? prefix + UUID.randomUUID() : given);
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

    static void write(Response response, int status, JsonElement json) throws IOException {
        if (!response.isCommitted()) {
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        }
        Content.Sink.write(response, true, StandardCharsets.UTF_8.encode(json.toString()));
    }

    private static void answer(ApiException error, Response response, Callback callback) {
        if (response.isCommitted()) {
            callback.failed(error);
            return;
        }
        response.setStatus(error.status());
        if (!error.passes()) {
            response.getHeaders().put("x-should-retry", "false");
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, StandardCharsets.UTF_8.encode(error.body().toString()), callback);
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
