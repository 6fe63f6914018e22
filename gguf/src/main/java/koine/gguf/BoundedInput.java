package koine.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * Little-endian reading that never goes beyond a limit: what is asked for is compared with what is left before anything is
 * allocated or read.
 */
final class BoundedInput {
    private static final int WINDOW = 64 * 1024;

    private final FileChannel channel;
    private final ByteBuffer window =
            ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private final long size;
    private final long limit;
    /** Position in the file of the window's end. */
    private long fetched;

    /**
     * @param size length of the file
     * @param mostBytes how far the header may reach
     */
    BoundedInput(FileChannel channel, long size, long mostBytes) {
        this.channel = channel;
        this.size = size;
        this.limit = Math.min(size, mostBytes);
    }

    long position() {
        return fetched - window.remaining();
    }

    long remaining() {
        return limit - position();
    }

    /** Refuses when fewer than {@code count} times {@code bytesEach} bytes are left. */
    void need(long count, long bytesEach, String what) throws GgufException {
        if (count < 0 || count > remaining() / bytesEach) {
            String wanted =
                    Long.toUnsignedString(count) + (bytesEach == 1 ? " bytes" : " times " + bytesEach + " bytes");
            String left = limit < size ? " are left of the most a header may have" : " are left in the file";
            throw new GgufException(position(), what + " wants " + wanted + ", " + remaining() + left);
        }
    }

    long uint8(String what) throws IOException {
        return Byte.toUnsignedLong(fetch(1, what).get());
    }

    long uint16(String what) throws IOException {
        return Short.toUnsignedLong(fetch(2, what).getShort());
    }

    long uint32(String what) throws IOException {
        return Integer.toUnsignedLong(fetch(4, what).getInt());
    }

    /** The 64 bits as they are: an unsigned number beyond 2^63 comes out negative. */
    long int64(String what) throws IOException {
        return fetch(8, what).getLong();
    }

    float float32(String what) throws IOException {
        return fetch(4, what).getFloat();
    }

    double float64(String what) throws IOException {
        return fetch(8, what).getDouble();
    }

    /** Bytes that are no UTF-8 become the replacement character. */
    String text(int bytes, String what) throws IOException {
        return new String(bytes(bytes, what), StandardCharsets.UTF_8);
    }

    byte[] bytes(int bytes, String what) throws IOException {
        need(bytes, 1, what);
        byte[] read = new byte[bytes];
        int done = 0;
        while (done < bytes) {
            if (!window.hasRemaining()) {
                refill(1, what);
            }
            int part = Math.min(bytes - done, window.remaining());
            window.get(read, done, part);
            done += part;
        }
        return read;
    }

    void skip(long bytes, String what) throws GgufException {
        need(bytes, 1, what);
        if (bytes <= window.remaining()) {
            window.position(window.position() + (int) bytes);
        } else {
            fetched = position() + bytes;
            window.limit(0);
        }
    }

    private ByteBuffer fetch(int bytes, String what) throws IOException {
        need(bytes, 1, what);
        if (window.remaining() < bytes) {
            refill(bytes, what);
        }
        return window;
    }

    private void refill(int atLeast, String what) throws IOException {
        window.compact();
        while (window.position() < atLeast) {
            int read = channel.read(window, fetched);
            if (read < 0) { // shortened while we read it
                throw new GgufException(fetched, "the file ends within " + what);
            }
            fetched += read;
        }
        window.flip();
    }
}
