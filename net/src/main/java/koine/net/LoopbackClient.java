package koine.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A small strict HTTP/1.1 client for servers on this computer, over TCP and over UNIX domain sockets (which the JDK's
 * own client cannot use). One connection per request. Immutable; any thread.
 *
 * <p>Whatever the server gets wrong (lengths, chunks, header syntax and size) is a {@link ProtocolException}, never
 * half an answer taken for a whole one.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>
 */
public final class LoopbackClient {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern TARGET = Pattern.compile("/[!-~]*");
    private static final Pattern VALUE = Pattern.compile("[ -~]*");

    private final LoopbackAddress address;
    private final Duration connectTimeout;
    private final Duration idleTimeout;

    /**
     * @param connectTimeout longest wait for a connection
     * @param idleTimeout longest wait for the next byte of an answer; zero waits for ever
     */
    public LoopbackClient(LoopbackAddress address, Duration connectTimeout, Duration idleTimeout) {
        this.address = address;
        this.connectTimeout = connectTimeout;
        this.idleTimeout = idleTimeout;
    }

    public LoopbackAddress address() {
        return address;
    }

    /** The same server with another patience. */
    public LoopbackClient withIdleTimeout(Duration timeout) {
        return new LoopbackClient(address, connectTimeout, timeout);
    }

    /**
     * Sends a request and reads the head of the response. The caller closes the response; closing it from another
     * thread ends a read of its body at once. An interrupt of the calling thread ends every wait.
     *
     * @param headers beyond {@code Host} and {@code Content-Length}, which are set here
     * @throws ProtocolException when the server does not speak HTTP/1.1
     * @throws java.net.SocketTimeoutException when it is silent for too long
     * @throws IOException when it cannot be reached or breaks off
     */
    public LoopbackResponse send(String method, String target, Map<String, String> headers, byte @Nullable [] body)
            throws IOException {
        byte[] head = head(method, target, headers, body);
        LoopbackChannel channel = LoopbackChannel.connect(address, connectTimeout, idleTimeout);
        try {
            ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length + (body == null ? 0 : body.length));
            whole.writeBytes(head);
            if (body != null) {
                whole.writeBytes(body);
            }
            return exchange(channel, ByteBuffer.wrap(whole.toByteArray()));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** A server may refuse a large request and hang up while it is still being sent; its answer may still be there to read. */
    private static LoopbackResponse exchange(LoopbackChannel channel, ByteBuffer request) throws IOException {
        try {
            channel.write(request);
        } catch (InterruptedIOException | ClosedChannelException e) {
            throw e;
        } catch (IOException cutOff) {
            try {
                return LoopbackResponse.read(channel);
            } catch (IOException e) {
                cutOff.addSuppressed(e);
                throw cutOff;
            }
        }
        return LoopbackResponse.read(channel);
    }

    private byte[] head(String method, String target, Map<String, String> headers, byte @Nullable [] body) {
        check(TOKEN, method);
        check(TARGET, target);
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        // no "Connection: close": it lets a server end a body by hanging up, which looks the same as being cut off
        head.append("Host: ").append(address.hostHeader()).append("\r\n");
        headers.forEach((name, value) -> {
            check(TOKEN, name);
            check(VALUE, value);
            head.append(name).append(": ").append(value).append("\r\n");
        });
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void check(Pattern allowed, String text) {
        if (!allowed.matcher(text).matches()) {
            throw new IllegalArgumentException("not allowed in an HTTP request"); // the text may be a secret
        }
    }
}
