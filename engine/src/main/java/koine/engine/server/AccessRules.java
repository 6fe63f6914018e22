package koine.engine.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/**
 * Who may ask at all: what every request passes before anything is done for it. A page in any browser of this computer can
 * send requests here, under a host name of its own; so the host's name, the page's origin and the token all count. Any
 * thread.
 */
public final class AccessRules {
    private static final Set<String> LOOPBACK_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-f:.]+]|[^:\\[\\]]+)(?::[0-9]{1,5})?");

    /** No escapes, parameters, empty or dotted segments: there is one way to write each path. */
    private static final Pattern PATH = Pattern.compile("(?:/(?!\\.\\.?(?:/|$))[A-Za-z0-9._~-]+)+");

    private static final Pattern JSON = Pattern.compile("application/json\\s*(;.*)?");
    private static final long SLOW_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LEAST_BYTES_A_SECOND = 1024;
    private static final int MOST_CLIENTS_KNOWN = 4096;

    /**
     * Of all requests together, for an engine's heap of 256 MB: it leaves 128 MB for the rest, and for what the collector
     * needs to move it about.
     */
    private static final int MOST_KIB = 128 * 1024;

    /**
     * What a byte of a body may take at its worst: itself (1), its text in two bytes a character (2), the builder of that
     * text while it grows (6); then, without the body, the prompt made of it and the answer, built the same way.
     */
    private static final long BYTES_A_BYTE = 12;

    /** What a value or a name may take: the number {@code 1} is three objects in a list. */
    private static final long BYTES_A_VALUE = 100;

    private static final long MOST_WAIT_SECONDS = 15;

    private final Semaphore kib = new Semaphore(MOST_KIB);
    private final byte[] token;
    private final Predicate<String> hosts;
    private final Limits limits;
    private final Map<String, Bucket> clients = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private int running; // guarded by this

    /**
     * @param requestsPerSecond of one client address, on average
     * @param burst of one client address, at once
     * @param concurrent requests of all clients together
     * @param bodyBytes longest body of a request
     */
    public record Limits(int requestsPerSecond, int burst, int concurrent, int bodyBytes) {}

    /** What a client may still ask; refills with time. */
    private static final class Bucket {
        private double left;
        private long filled = System.nanoTime();

        Bucket(int burst) {
            left = burst;
        }

        boolean take(Limits limits) {
            long now = System.nanoTime();
            left = Math.min(limits.burst, left + (now - filled) / 1e9 * limits.requestsPerSecond);
            filled = now;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }
    }

    /** A request let in; closing it lets the next one in. Belongs to the request's thread. */
    public final class Pass implements AutoCloseable {
        private int taken;
        private boolean closed;

        private Pass() {}

        /** Takes so much memory for as long as the request runs; waits while others have it. */
        private void take(long bytes) throws ApiException, IOException {
            int wanted = (int) Math.min(bytes / 1024 + 1, MOST_KIB - taken);
            try {
                if (!kib.tryAcquire(wanted, MOST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                    throw ApiException.of(503, "overloaded_error", "too many large requests are running");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while other requests were running");
            }
            taken += wanted;
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            kib.release(taken);
            synchronized (AccessRules.this) {
                running--;
            }
        }
    }

    /**
     * @param token what requests must bear
     * @param hosts further names, in lower case and without port, by which this server may be called; the loopback names
     *     always may
     */
    public AccessRules(String token, Predicate<String> hosts, Limits limits) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.hosts = hosts;
        this.limits = limits;
    }

    /** Checks everything but the token, and counts the request. @throws ApiException when it is refused */
    public Pass enter(Request request, Response response) throws ApiException {
        checkHost(request);
        checkOrigin(request);
        checkPath(request);
        synchronized (this) {
            Bucket bucket = clients.computeIfAbsent(Request.getRemoteAddr(request), _ -> new Bucket(limits.burst));
            if (clients.size() > MOST_CLIENTS_KNOWN) {
                clients.remove(clients.keySet().iterator().next());
            }
            if (!bucket.take(limits) || running >= limits.concurrent) {
                response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
                throw ApiException.of(429, "rate_limit_error", "too many requests");
            }
            running++;
        }
        return new Pass();
    }

    private void checkHost(Request request) throws ApiException {
        List<String> given = request.getHeaders().getValuesList(HttpHeader.HOST);
        String target = request.getHttpURI().getHost();
        boolean known = given.size() == 1
                && served(given.getFirst())
                && (target == null || named(target.toLowerCase(Locale.ROOT)));
        if (!known) {
            throw ApiException.of(403, "permission_error", "this host name is not served");
        }
    }

    private boolean served(String header) {
        Matcher host = HOST.matcher(header.toLowerCase(Locale.ROOT));
        return host.matches() && named(host.group(1));
    }

    private boolean named(String host) {
        return LOOPBACK_NAMES.contains(host) || hosts.test(host);
    }

    /** Programs send no origin; a page does, and only one that came from here may ask. */
    private static void checkOrigin(Request request) throws ApiException {
        List<String> origins = new ArrayList<>(request.getHeaders().getValuesList("Origin"));
        String site = request.getHeaders().get("Sec-Fetch-Site");
        boolean foreign = site != null && !site.equals("same-origin") && !site.equals("none");
        if (foreign || origins.size() > 1 || (!origins.isEmpty() && !own(origins.getFirst(), request))) {
            throw ApiException.of(403, "permission_error", "pages of other origins are not served");
        }
    }

    private static boolean own(String origin, Request request) {
        try {
            URI uri = new URI(origin);
            return "http".equals(uri.getScheme())
                    && uri.getRawAuthority() != null
                    && uri.getRawAuthority()
                            .equalsIgnoreCase(request.getHeaders().get(HttpHeader.HOST));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static void checkPath(Request request) throws ApiException {
        String path = request.getHttpURI().getPath();
        if (path == null || !PATH.matcher(path).matches()) {
            throw ApiException.invalid("not a path of this server");
        }
    }

    /** @throws ApiException when the request does not bear the token */
    public void checkToken(Request request, Response response) throws ApiException {
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        byte[] given = header != null && header.startsWith("Bearer ")
                ? header.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8)
                : new byte[0];
        if (!MessageDigest.isEqual(token, given)) { // compares in constant time
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
            throw ApiException.of(401, "authentication_error", "the token is missing or wrong");
        }
    }

    /** @throws ApiException when the request is of another method */
    public static void require(Request request, String method, Response response) throws ApiException {
        if (!request.getMethod().equals(method)) {
            response.getHeaders().put(HttpHeader.ALLOW, method);
            throw ApiException.of(405, "invalid_request_error", "only " + method + " is possible here");
        }
    }

    /**
     * Reads a body of JSON; what it may take is the pass's until that is closed.
     *
     * @throws ApiException when it is something else, too long, of too many values, comes too slowly, or when other large
     *     ones leave no room for it
     */
    public byte[] body(Request request, Pass pass) throws ApiException, IOException {
        String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (type == null || !JSON.matcher(type.toLowerCase(Locale.ROOT)).matches()) {
            throw ApiException.of(415, "invalid_request_error", "the body must be application/json");
        }
        if (request.getLength() > 2L * limits.bodyBytes) {
            throw tooLarge(); // unread; what is not far too long is read to its end, so that the refusal is seen
        }
        int expected = (int) Math.max(1024, Math.min(request.getLength() + 1, limits.bodyBytes + 1L));
        pass.take(expected * BYTES_A_BYTE); // before it is read: buffers take memory too
        byte[] body = new byte[expected];
        int length = 0;
        long from = System.nanoTime();
        try (InputStream in = Content.Source.asInputStream(request)) {
            for (int read = in.read(body); read >= 0; read = in.read(body, length, body.length - length)) {
                length += read;
                if (length > limits.bodyBytes) {
                    discard(in, limits.bodyBytes);
                    throw tooLarge();
                }
                checkPace(length, System.nanoTime() - from);
                if (length == body.length) {
                    int larger = (int) Math.min(body.length * 2L, limits.bodyBytes + 1L);
                    pass.take((larger - body.length) * BYTES_A_BYTE);
                    body = Arrays.copyOf(body, larger);
                }
            }
        }
        byte[] whole = Arrays.copyOf(body, length);
        pass.take(JsonText.values(whole) * BYTES_A_VALUE);
        return whole;
    }

    private static void discard(InputStream in, long most) throws ApiException, IOException {
        byte[] piece = new byte[16 * 1024];
        long from = System.nanoTime();
        long length = 0;
        for (int read = in.read(piece); read >= 0 && length < most; read = in.read(piece)) {
            length += read;
            checkPace(length, System.nanoTime() - from);
        }
    }

    private static void checkPace(long bytes, long nanos) throws ApiException {
        if (nanos > SLOW_AFTER_NANOS && bytes / (nanos / 1e9) < LEAST_BYTES_A_SECOND) {
            throw ApiException.of(408, "invalid_request_error", "the body comes too slowly");
        }
    }

    private static ApiException tooLarge() {
        return ApiException.of(413, "invalid_request_error", "the body is too large");
    }
}
