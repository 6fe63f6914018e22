package koine.engine.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;

/**
 * How an answer names itself and its model.
 *
 * @param id of the request; under it the request can be cancelled
 * @param model what the asking side calls the model
 */
record Asked(String id, String model) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    /**
     * As the request's headers say.
     *
     * @param prefix of an id that is made here
     * @param model the name that goes without saying
     */
    static Asked of(Request request, String prefix, String model) throws ApiException {
        String given = request.getHeaders().get("X-Request-Id");
        return new Asked(id(given == null ? prefix + UUID.randomUUID() : given), model(request, model));
    }

    /** What the request calls the model: {@code X-Koine-Model}, in percent signs, since names have all scripts. */
    static String model(Request request, String otherwise) throws ApiException {
        String given = request.getHeaders().get("X-Koine-Model");
        try {
            return given == null ? otherwise : URLDecoder.decode(given, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("X-Koine-Model is not written with percent signs");
        }
    }

    /** How much of a load the asking side has seen: {@code ?seen=0.25}; nothing, if it does not say. */
    static double seen(Request request) throws ApiException {
        String query = request.getHttpURI().getQuery();
        if (query == null) {
            return -1;
        }
        try {
            return Double.parseDouble(query.replaceFirst("^seen=", ""));
        } catch (NumberFormatException e) {
            throw ApiException.invalid("seen is a number from 0 to 1");
        }
    }

    static String id(String id) throws ApiException {
        if (!ID.matcher(id).matches()) {
            throw ApiException.invalid("a request id has 1 to 128 letters, digits, dots, dashes or underscores");
        }
        return id;
    }
}
