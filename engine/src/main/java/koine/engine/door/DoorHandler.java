package koine.engine.door;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import koine.engine.client.EngineLease;
import koine.engine.server.AccessRules;
import koine.engine.server.ApiException;
import koine.engine.server.JsonText;
import koine.i18n.Problem;
import koine.net.LoopbackResponse;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets requests in and passes them on to the engine of the model they name. Each runs on its own virtual thread. */
final class DoorHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(DoorHandler.class);
    private static final Set<String> WITH_BODY = Set.of(
            "/v1/chat/completions",
            "/v1/chat/completions/input_tokens",
            "/v1/completions",
            "/v1/embeddings",
            "/tokenize",
            "/detokenize",
            "/apply-template");
    private static final String MODEL = "/v1/models/";
    /** As OpenAI's. */
    private static final Map<String, String> ID_PREFIXES = Map.of(
            "/v1/chat/completions", "chatcmpl-",
            "/v1/completions", "cmpl-",
            "/v1/embeddings", "embd-");

    /** Whether to ask again, and when. */
    private static final List<String> RETRIES = List.of("x-should-retry", "Retry-After");

    private static final int ATTEMPTS = 3;
    private static final int MAX_REFUSAL = 64 * 1024;

    private final AccessRules rules;
    private final ServedModels models;
    private final ForwardedBody forwarded = new ForwardedBody();

    DoorHandler(AccessRules rules, ServedModels models) {
        this.rules = rules;
        this.models = models;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try (AccessRules.Pass pass = rules.enter(request, response)) {
            route(request, response, pass);
            callback.succeeded();
        } catch (ApiException e) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            e.answer(response, callback);
        } catch (IOException e) {
            callback.failed(e); // the client has gone, or the engine in the middle of an answer
        } catch (RuntimeException e) {
            LOG.error("a request failed", e);
            ApiException.of(500, "server_error", "an error inside Koine").answer(response, callback);
        }
        return true;
    }

    private void route(Request request, Response response, AccessRules.Pass pass) throws ApiException, IOException {
        String path = request.getHttpURI().getPath();
        if (path.equals("/health")) {
            AccessRules.require(request, "GET", response);
            JsonObject json = new JsonObject();
            json.addProperty("status", "ok"); // models are loaded when they are asked
            write(response, json);
            return;
        }
        rules.checkToken(request, response);
        if (path.equals("/v1/models")) {
            AccessRules.require(request, "GET", response);
            write(response, list());
        } else if (path.startsWith(MODEL)) {
            AccessRules.require(request, "GET", response);
            String id = request.getHttpURI().getDecodedPath().substring(MODEL.length());
            write(response, described(model(id)));
        } else if (path.equals("/props")) {
            AccessRules.require(request, "GET", response);
            Fields query = Request.extractQueryParameters(request);
            forward(request, response, path, query.getValue("model"), null);
        } else if (WITH_BODY.contains(path)) {
            AccessRules.require(request, "POST", response);
            byte[] body = rules.body(request, pass);
            forward(request, response, path, named(body), forwarded.of(body));
        } else {
            throw ApiException.of(404, "not_found_error", "nothing is here");
        }
    }

    private JsonObject list() {
        JsonArray data = new JsonArray();
        models.models().forEach(model -> data.add(described(model)));
        JsonObject json = new JsonObject();
        json.addProperty("object", "list");
        json.add("data", data);
        return json;
    }

    private static JsonObject described(ServedModels.Model model) {
        JsonObject json = new JsonObject();
        json.addProperty("id", model.id());
        json.addProperty("object", "model");
        json.addProperty("created", model.created().getEpochSecond());
        json.addProperty("owned_by", "koine");
        return json;
    }

    /** What the body names at its top; the rest of it is the engine's to read. */
    private static @Nullable String named(byte[] body) throws ApiException {
        JsonReader reader = JsonText.reader(body);
        try {
            if (reader.peek() != JsonToken.BEGIN_OBJECT) {
                throw ApiException.invalid("the body must be a JSON object");
            }
            reader.beginObject();
            String model = null;
            while (reader.hasNext()) {
                if (!reader.nextName().equals("model")) {
                    reader.skipValue();
                } else if (reader.peek() == JsonToken.STRING) {
                    model = reader.nextString();
                } else {
                    throw ApiException.invalid("model must be a text");
                }
            }
            return model == null || model.isEmpty() ? null : model;
        } catch (IOException e) {
            throw JsonText.unreadable(e);
        }
    }

    private void forward(Request request, Response response, String path, @Nullable String name, byte @Nullable [] body)
            throws ApiException, IOException {
        ServedModels.Model model = model(name);
        String id = ID_PREFIXES.getOrDefault(path, "req-") + UUID.randomUUID(); // a client's own could be another's
        Map<String, String> headers = new HashMap<>();
        headers.put("X-Request-Id", id);
        headers.put("X-Koine-Model", URLEncoder.encode(model.id(), StandardCharsets.UTF_8));
        if (body != null) {
            headers.put("Content-Type", "application/json");
        }
        for (int attempt = 1; ; attempt++) {
            EngineLease engine = engine(model);
            boolean last = attempt == ATTEMPTS;
            try (LoopbackResponse upstream = open(engine, request.getMethod(), path, headers, body, last)) {
                if (upstream != null && pass(upstream, response, last, () -> models.brokeOff(engine))) {
                    return;
                }
            } catch (ClientGoneException e) {
                cancel(engine, id);
                throw e;
            }
        }
    }

    private ServedModels.Model model(@Nullable String name) throws ApiException {
        try {
            return models.model(name);
        } catch (Problem e) {
            throw ApiException.noSuchModel(name);
        }
    }

    private EngineLease engine(ServedModels.Model model) throws ApiException {
        try {
            return models.engine(model);
        } catch (Problem e) {
            if (e.code().equals("KOINE-M101")) {
                throw ApiException.noSuchModel(model.id());
            }
            LOG.warn("no engine for a request: {}", e.code());
            throw ApiException.of(503, "engine_error", "the model could not be loaded (" + e.code() + ")");
        }
    }

    /** @return null when the engine had gone, and another is worth a try */
    private @Nullable LoopbackResponse open(
            EngineLease engine,
            String method,
            String path,
            Map<String, String> headers,
            byte @Nullable [] body,
            boolean last)
            throws ApiException {
        try {
            return engine.send(method, path, headers, body);
        } catch (ConnectException e) {
            if (!last && engine.endsSoon()) {
                return null;
            }
            throw ApiException.of(502, "engine_error", "the engine cannot be reached");
        } catch (IOException e) {
            models.brokeOff(engine); // it may be this request that ended it: not repeated
            throw ApiException.of(502, "engine_error", "the engine broke off");
        }
    }

    /** @return false when the engine was about to end and took nothing */
    private static boolean pass(LoopbackResponse upstream, Response response, boolean last, Runnable brokeOff)
            throws ApiException, IOException {
        byte[] refusal = null;
        if (upstream.status() == 503) {
            refusal = upstream.readBody(MAX_REFUSAL);
            if (!last && new String(refusal, StandardCharsets.UTF_8).contains("\"ending_error\"")) {
                return false;
            }
        }
        response.setStatus(upstream.status());
        String type = upstream.header("Content-Type");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type == null ? "application/json" : type);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        for (String name : RETRIES) {
            String value = upstream.header(name);
            if (value != null) {
                response.getHeaders().put(name, value);
            }
        }
        if (refusal != null) {
            send(response, true, ByteBuffer.wrap(refusal));
            return true;
        }
        InputStream in = upstream.body();
        byte[] piece = new byte[16 * 1024];
        for (int read = read(in, piece, response, type, brokeOff);
                read >= 0;
                read = read(in, piece, response, type, brokeOff)) {
            send(response, false, ByteBuffer.wrap(piece, 0, read)); // as it comes
        }
        send(response, true, ByteBuffer.allocate(0));
        return true;
    }

    private static int read(InputStream in, byte[] piece, Response response, @Nullable String type, Runnable brokeOff)
            throws ApiException, IOException {
        try {
            return in.read(piece);
        } catch (IOException e) {
            brokeOff.run();
            ApiException broken = ApiException.of(502, "engine_error", "the engine broke off in its answer");
            if (response.isCommitted() && "text/event-stream".equals(type)) {
                // a stream can still say why it ends; without [DONE], nobody takes it for whole
                send(response, false, StandardCharsets.UTF_8.encode("data: " + broken.body() + "\n\n"));
                return -1;
            }
            if (response.isCommitted()) {
                throw e;
            }
            response.reset();
            throw broken;
        }
    }

    private static void send(Response response, boolean last, ByteBuffer bytes) throws ClientGoneException {
        try {
            Content.Sink.write(response, last, bytes);
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
    }

    private static void cancel(EngineLease engine, String id) {
        String target = "/v1/chat/completions/" + id + "/cancel";
        try (LoopbackResponse cancelled = engine.send("POST", target, Map.of(), new byte[0])) {
            LOG.debug("a client has gone, its request was cancelled: {}", cancelled.status());
        } catch (IOException e) {
            LOG.info("a cancel did not arrive: {}", e.getClass().getSimpleName());
        }
    }

    private static void write(Response response, JsonObject json) throws IOException {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Content.Sink.write(response, true, StandardCharsets.UTF_8.encode(json.toString()));
    }

    /** What is not even a request: answered in the same shape, where Jetty would send a page. */
    static boolean protocolError(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        String type = status < 500 ? "invalid_request_error" : "server_error";
        ApiException.of(status, type, "not a request this server understands").answer(response, callback);
        return true;
    }

    private static final class ClientGoneException extends IOException {
        private static final long serialVersionUID = 1L;

        ClientGoneException(IOException cause) {
            super(cause);
        }
    }
}
