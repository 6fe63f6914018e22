package koine.engine.server;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import koine.engine.llama.AdapterException;
import koine.engine.session.ContextOverflowException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error: what OpenAI's clients and llama-server's expect to read. */
public final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MOST_NAME = 200;
    private final int status;
    private final transient JsonObject error = new JsonObject();

    private ApiException(int status, String type, String message) {
        super(message);
        this.status = status;
        error.addProperty("code", status);
        error.addProperty("message", message);
        error.addProperty("type", type);
    }

    /** @param type stable, for programs; the message is for people who write them */
    public static ApiException of(int status, String type, String message) {
        return new ApiException(status, type, message);
    }

    public static ApiException invalid(String message) {
        return new ApiException(400, "invalid_request_error", message);
    }

    /** As OpenAI words it, for its clients tell it by the code. */
    public static ApiException noSuchModel(@Nullable String name) {
        boolean telling = name != null && name.length() <= MOST_NAME;
        ApiException exception = new ApiException(
                404,
                "invalid_request_error",
                (telling ? "the model \"" + name + "\" does not exist" : "there is no such model")
                        + "; GET /v1/models lists those there are (KOINE-M101)");
        exception.error.addProperty("param", "model");
        exception.error.addProperty("code", "model_not_found");
        return exception;
    }

    static ApiException unsupported(String what) {
        return new ApiException(501, "not_supported_error", what + " is not supported");
    }

    static ApiException overflow(ContextOverflowException overflow) {
        ApiException exception = new ApiException(
                400,
                "exceed_context_size_error",
                String.format(
                        Locale.ROOT,
                        "the request exceeds the available context size: %d tokens, context of %d",
                        overflow.promptTokens(),
                        overflow.contextTokens()));
        exception.error.addProperty("n_prompt_tokens", overflow.promptTokens());
        exception.error.addProperty("n_ctx", overflow.contextTokens());
        return exception;
    }

    /** What a generation that threw is told as. */
    static ApiException failed(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure) {
            case ContextOverflowException overflow -> overflow(overflow);
            case AdapterException adapter ->
                of(400, "adapter_error", adapter.reason().name().toLowerCase(Locale.ROOT) + ": " + message);
            case IllegalArgumentException _ -> invalid(message);
            case UnsupportedOperationException _ -> of(501, "not_supported_error", message);
            default -> of(500, "server_error", message);
        };
    }

    /** Whether the same request may be answered later. OpenAI's clients repeat every 409 and 5xx unless told so. */
    boolean passes() {
        return status == 503 || status == 429;
    }

    /** Answers the request with this. */
    public void answer(Response response, Callback callback) {
        if (response.isCommitted()) {
            callback.failed(this);
            return;
        }
        response.setStatus(status);
        if (!passes()) {
            response.getHeaders().put("x-should-retry", "false");
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, StandardCharsets.UTF_8.encode(body().toString()), callback);
    }

    public int status() {
        return status;
    }

    /** {@code {"error":{"code","message","type",…}}} */
    public JsonObject body() {
        JsonObject body = new JsonObject();
        body.add("error", error);
        return body;
    }
}
