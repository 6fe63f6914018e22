package koine.net;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream. Bytes that are not UTF-8, and events beyond a size, are errors. One thread.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
public final class ServerSentEvents {
    private final InputStream in;
    private final int maxEventBytes;
    private boolean skipLineFeed;
    private boolean first = true;

    /**
     * One event.
     *
     * @param type {@code message} unless the server named another
     * @param data its lines joined by line feeds
     */
    public record Event(String type, String data) {}

    /** @param maxEventBytes more than this without an event ending is an error */
    public ServerSentEvents(InputStream in, int maxEventBytes) {
        this.in = in instanceof BufferedInputStream ? in : new BufferedInputStream(in);
        this.maxEventBytes = maxEventBytes;
    }

    /** The next event, or null when the stream ended; what stood there unfinished is dropped, as the standard says. */
    public @Nullable Event next() throws IOException {
        String type = "";
        StringBuilder data = null;
        int budget = maxEventBytes;
        while (true) {
            String line = line(budget);
            if (line == null) {
                return null;
            }
            if (line.isEmpty()) {
                if (data != null) {
                    return new Event(type.isEmpty() ? "message" : type, data.toString());
                }
                type = "";
                budget = maxEventBytes;
                continue;
            }
            int colon = line.indexOf(':');
            if (colon == 0) {
                continue; // a comment: the server's heartbeat
            }
            budget -= line.length() + 1;
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            if (value.startsWith(" ")) {
                value = value.substring(1);
            }
            if (field.equals("data")) {
                data = data == null
                        ? new StringBuilder(value)
                        : data.append('\n').append(value);
            } else if (field.equals("event")) {
                type = value;
            }
        }
    }

    private @Nullable String line(int max) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        while (true) {
            int next = in.read();
            if (next == '\n' && skipLineFeed) {
                skipLineFeed = false;
                continue;
            }
            skipLineFeed = next == '\r';
            if (next < 0) {
                return null;
            }
            if (next == '\n' || next == '\r') {
                return decode(line.toByteArray());
            }
            if (line.size() >= max) {
                throw new ProtocolException("an event of more than " + maxEventBytes + " bytes");
            }
            line.write(next);
        }
    }

    private String decode(byte[] line) throws ProtocolException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            boolean mark = first && text.startsWith("\uFEFF");
            first = false;
            return mark ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            ProtocolException broken = new ProtocolException("an event that is not UTF-8");
            broken.initCause(e);
            throw broken;
        }
    }
}
