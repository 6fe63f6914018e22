package koine.net;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The answer to one request. One thread reads it; {@link #close} may be called from any. */
public final class LoopbackResponse implements Closeable {
    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_HEAD = 32 * 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([1-5][0-9][0-9])(?: [\\t -~\\x80-\\xFF]*)?");
    private static final Pattern HEADER =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t -~\\x80-\\xFF]*?)[ \\t]*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,15}");
    private static final Pattern CHUNK_SIZE = Pattern.compile("([0-9A-Fa-f]{1,7})[ \\t]*(?:;[\\t -~]*)?");

    private final LoopbackChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024).limit(0);
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final int status;
    private final InputStream body;

    private LoopbackResponse(LoopbackChannel channel) throws IOException {
        this.channel = channel;
        Matcher line = STATUS.matcher(line(MAX_LINE));
        if (!line.matches()) {
            throw new ProtocolException("not an HTTP/1.1 status line");
        }
        status = Integer.parseInt(line.group(1));
        if (status < 200) {
            throw new ProtocolException("an interim response nobody asked for");
        }
        readHeaders();
        body = openBody();
    }

    static LoopbackResponse read(LoopbackChannel channel) throws IOException {
        return new LoopbackResponse(channel);
    }

    public int status() {
        return status;
    }

    /** @param name in any case */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /** The body as it arrives. Ends regularly only where the server said it would. */
    public InputStream body() {
        return body;
    }

    /** Another patience for the rest of the body than for its head; zero waits for ever. */
    public void idleTimeout(Duration timeout) {
        channel.idleTimeout(timeout);
    }

    /** The whole body. @throws ProtocolException when it is longer than {@code maxBytes} */
    public byte[] readBody(int maxBytes) throws IOException {
        byte[] read = body.readNBytes(maxBytes + 1);
        if (read.length > maxBytes) {
            throw new ProtocolException("body of more than " + maxBytes + " bytes");
        }
        return read;
    }

    /** Gives the connection up; a read in another thread fails at once. */
    @Override
    public void close() {
        channel.close();
    }

    private void readHeaders() throws IOException {
        int left = MAX_HEAD;
        while (true) {
            String line = line(Math.min(MAX_LINE, left));
            if (line.isEmpty()) {
                return;
            }
            left -= line.length() + 2;
            Matcher header = HEADER.matcher(line);
            if (!header.matches()) {
                throw new ProtocolException("not a header line");
            }
            String name = header.group(1).toLowerCase(Locale.ROOT);
            String former = headers.put(name, header.group(2));
            if (former != null && (name.equals("content-length") || name.equals("transfer-encoding"))) {
                throw new ProtocolException("two headers " + name);
            }
        }
    }

    private InputStream openBody() throws IOException {
        if (status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        String encoding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        if (encoding != null) {
            if (length != null || !encoding.equalsIgnoreCase("chunked")) {
                throw new ProtocolException("unclear length of the body");
            }
            return new Chunked();
        }
        if (length == null || !LENGTH.matcher(length).matches()) {
            // a body that ends when the connection does could not be told from one that was cut
            throw new ProtocolException("no usable length of the body");
        }
        return new Counted(Long.parseLong(length));
    }

    private String line(int max) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        while (true) {
            int next = next();
            if (next == '\r') {
                if (next() != '\n') {
                    throw new ProtocolException("a carriage return without a line feed");
                }
                return line.toString(StandardCharsets.ISO_8859_1);
            }
            if (next == '\n') {
                throw new ProtocolException("a line feed without a carriage return");
            }
            if (line.size() >= max) {
                throw new ProtocolException("a line or head that does not end");
            }
            line.write(next);
        }
    }

    private int next() throws IOException {
        fill();
        return buffer.get() & 0xFF;
    }

    /** Has at least one byte in the buffer afterwards. */
    private void fill() throws IOException {
        if (buffer.hasRemaining()) {
            return;
        }
        buffer.clear();
        int read;
        try {
            read = channel.read(buffer);
        } finally {
            buffer.flip();
        }
        if (read < 0) {
            throw new EOFException("the connection ended in the middle of an answer");
        }
    }

    private int take(byte[] into, int offset, int length) throws IOException {
        fill();
        int taken = Math.min(length, buffer.remaining());
        buffer.get(into, offset, taken);
        return taken;
    }

    /** A body of announced length. */
    private final class Counted extends InputStream {
        private long left;

        Counted(long length) {
            left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            if (length == 0) {
                return 0;
            }
            int taken = take(into, offset, (int) Math.min(length, left));
            left -= taken;
            return taken;
        }
    }

    /** A body in chunks. */
    private final class Chunked extends InputStream {
        private int left;
        private boolean first = true;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0 && !ended) {
                nextChunk();
            }
            if (ended) {
                return -1;
            }
            int taken = take(into, offset, Math.min(length, left));
            left -= taken;
            return taken;
        }

        private void nextChunk() throws IOException {
            if (!first && !line(0).isEmpty()) {
                throw new ProtocolException("a chunk longer than it said");
            }
            first = false;
            Matcher size = CHUNK_SIZE.matcher(line(256));
            if (!size.matches()) {
                throw new ProtocolException("not a chunk size");
            }
            left = Integer.parseInt(size.group(1), 16);
            if (left == 0) {
                int budget = MAX_HEAD;
                for (String trailer = line(MAX_LINE); !trailer.isEmpty(); trailer = line(Math.min(MAX_LINE, budget))) {
                    budget -= trailer.length() + 2;
                }
                ended = true;
            }
        }
    }
}
