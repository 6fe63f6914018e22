package koine.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection with time-outs for both kinds of address: the JDK has them for TCP sockets only, so a selector waits
 * here. One thread reads and writes; {@link #close} from any other thread makes it fail at once.
 */
final class LoopbackChannel implements Closeable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private volatile Duration idleTimeout;

    private LoopbackChannel(SocketChannel channel, Selector selector, SelectionKey key, Duration idleTimeout) {
        this.channel = channel;
        this.selector = selector;
        this.key = key;
        this.idleTimeout = idleTimeout;
    }

    /** @param idleTimeout longest wait for the next byte to come or go; zero waits for ever */
    static LoopbackChannel connect(LoopbackAddress address, Duration connectTimeout, Duration idleTimeout)
            throws IOException {
        boolean tcp = address instanceof LoopbackAddress.Tcp;
        SocketChannel channel = SocketChannel.open(tcp ? StandardProtocolFamily.INET : StandardProtocolFamily.UNIX);
        Selector selector = null;
        try {
            channel.configureBlocking(false);
            if (tcp) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            selector = Selector.open();
            SelectionKey key = channel.register(selector, 0);
            LoopbackChannel connection = new LoopbackChannel(channel, selector, key, idleTimeout);
            if (!channel.connect(address.socketAddress())) {
                long deadline = deadline(connectTimeout);
                while (!channel.finishConnect()) {
                    connection.await(SelectionKey.OP_CONNECT, deadline);
                }
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (selector != null) {
                selector.close();
            }
            throw e;
        }
    }

    void idleTimeout(Duration timeout) {
        idleTimeout = timeout;
    }

    /** @return number of bytes read, at least 1, or -1 at the end */
    int read(ByteBuffer into) throws IOException {
        long deadline = deadline(idleTimeout);
        while (true) {
            int read = channel.read(into);
            if (read != 0) {
                return read;
            }
            await(SelectionKey.OP_READ, deadline);
        }
    }

    void write(ByteBuffer from) throws IOException {
        long deadline = deadline(idleTimeout);
        while (from.hasRemaining()) {
            if (channel.write(from) > 0) {
                deadline = deadline(idleTimeout);
            } else {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
    }

    private void await(int operation, long deadline) throws IOException {
        try {
            key.interestOps(operation);
            long millis = 0;
            if (deadline != Long.MAX_VALUE) {
                millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new SocketTimeoutException("no answer in time");
                }
            }
            selector.selectedKeys().clear();
            selector.select(millis);
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw closed(e);
        }
        if (!channel.isOpen()) {
            throw closed(null);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }

    private static IOException closed(@Nullable Exception cause) {
        AsynchronousCloseException closed = new AsynchronousCloseException();
        if (cause != null) {
            closed.initCause(cause);
        }
        return closed;
    }

    private static long deadline(Duration timeout) {
        return timeout.isZero() ? Long.MAX_VALUE : System.nanoTime() + timeout.toNanos();
    }

    /** Any thread; a running read, write or connect fails at once. */
    @Override
    public void close() {
        try (channel;
                selector) {
            selector.wakeup();
        } catch (IOException e) {
            // nothing is left to lose: the connection is given up either way
            return;
        }
    }
}
