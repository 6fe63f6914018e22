package koine.engine.session;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import koine.engine.llama.SequenceState;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on disk: head, tokens, the whole state, and a checksum (CRC-32C) of all before it at the end. llama.cpp trusts
 * a state, so a file is believed only when it is whole.
 */
final class SnapshotFile {
    private static final long MAGIC = 0x4B4F_494E_454B_5631L; // KOINEKV1
    private static final int HEAD_BYTES = 8 + 4 + 8 + 8;
    private static final int PART = 1 << 20;
    private static final int MOST_TOKENS = 1 << 24;

    private SnapshotFile() {}

    /** @param tokensPerSecond how quickly the prompt was read when the snapshot was made */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Head(int[] tokens, long stateBytes, double tokensPerSecond) {}

    /** @return false when there was something more urgent; nothing is left behind then */
    static boolean write(SnapshotFolder folder, Path file, Head head, SequenceState state, BooleanSupplier wanted)
            throws IOException {
        Path part = folder.newFileFor(file);
        try {
            CRC32C checksum = new CRC32C();
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                put(channel, checksum, headBytes(head));
                for (long at = 0; at < state.bytes(); at += PART) {
                    if (wanted.getAsBoolean()) {
                        return false;
                    }
                    put(channel, checksum, state.slice(at, (int) Math.min(PART, state.bytes() - at)));
                }
                ByteBuffer end = ByteBuffer.allocate(Long.BYTES).putLong(checksum.getValue());
                write(channel, end.flip());
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static ByteBuffer headBytes(Head head) {
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + Integer.BYTES * head.tokens().length);
        bytes.putLong(MAGIC)
                .putInt(head.tokens().length)
                .putLong(head.stateBytes())
                .putDouble(head.tokensPerSecond());
        for (int token : head.tokens()) {
            bytes.putInt(token);
        }
        return bytes.flip();
    }

    /** @return null when this is no snapshot; its end is not checked yet */
    static @Nullable Head readHead(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return head(channel, new CRC32C());
        }
    }

    private static @Nullable Head head(FileChannel channel, CRC32C checksum) throws IOException {
        ByteBuffer start = read(channel, checksum, ByteBuffer.allocate(HEAD_BYTES));
        boolean known = start.getLong() == MAGIC;
        int count = start.getInt();
        long stateBytes = start.getLong();
        double speed = start.getDouble();
        long length = HEAD_BYTES + (long) Integer.BYTES * count + stateBytes + Long.BYTES;
        if (!known || count < 1 || count > MOST_TOKENS || stateBytes < 1 || channel.size() != length) {
            return null;
        }
        int[] tokens = new int[count];
        read(channel, checksum, ByteBuffer.allocate(Integer.BYTES * count))
                .asIntBuffer()
                .get(tokens);
        return new Head(tokens, stateBytes, speed);
    }

    /** @return null when the file is not what was written */
    static @Nullable SequenceState readState(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Head head = head(channel, checksum);
            if (head == null) {
                return null;
            }
            SequenceState state = SequenceState.ofSize(head.stateBytes());
            boolean whole = false;
            try {
                for (long at = 0; at < head.stateBytes(); at += PART) {
                    read(channel, checksum, state.slice(at, (int) Math.min(PART, head.stateBytes() - at)));
                }
                long wanted = checksum.getValue();
                whole = read(channel, new CRC32C(), ByteBuffer.allocate(Long.BYTES))
                                .getLong()
                        == wanted;
                return whole ? state : null;
            } finally {
                if (!whole) {
                    state.close();
                }
            }
        }
    }

    private static void put(FileChannel channel, CRC32C checksum, ByteBuffer bytes) throws IOException {
        checksum.update(bytes.duplicate());
        write(channel, bytes);
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static ByteBuffer read(FileChannel channel, CRC32C checksum, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("a snapshot is cut short");
            }
        }
        into.flip();
        checksum.update(into.duplicate());
        return into;
    }
}
