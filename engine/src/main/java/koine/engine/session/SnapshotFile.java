package koine.engine.session;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import koine.engine.llama.SequenceState;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on disk: what it is of, tokens, the whole state, checkpoints, and a checksum (CRC-32C) of all before it at the
 * end. llama.cpp trusts a state, so a file is believed only when it is whole, and what its name says.
 */
final class SnapshotFile {
    private static final long MAGIC = 0x4B4F_494E_454B_5632L; // KOINEKV2
    private static final int IDENTITY_BYTES = 32;
    private static final int HEAD_BYTES = 8 + IDENTITY_BYTES + 8 + 4 + 4;
    private static final int STATE_HEAD_BYTES = 4 + 8;
    private static final int PART = 1 << 20;
    private static final int MOST_TOKENS = 1 << 24;
    private static final int MOST_STATES = 64;

    private SnapshotFile() {}

    /**
     * @param identity of what must be equal for it to be of use, see {@link SnapshotFolder#identity}
     * @param tokensPerSecond how quickly the prompt was read when the snapshot was made
     * @param places how many tokens had been read where each state was kept; the first is the whole one, of all tokens,
     *     the others are checkpoints
     * @param stateBytes of each state
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Head(byte[] identity, double tokensPerSecond, int[] tokens, int[] places, long[] stateBytes) {
        long bytes() {
            return LongStream.of(stateBytes).sum();
        }

        private long fileBytes() {
            return HEAD_BYTES
                    + (long) Integer.BYTES * tokens.length
                    + (long) STATE_HEAD_BYTES * places.length
                    + bytes()
                    + Long.BYTES;
        }
    }

    /** A snapshot in memory. Close it. */
    record Content(Head head, List<SequenceState> states) implements AutoCloseable {
        /** All but the whole state; whoever takes them closes them. */
        List<SequenceState> takeCheckpoints() {
            List<SequenceState> checkpoints = List.copyOf(states.subList(1, states.size()));
            states.subList(1, states.size()).clear();
            return checkpoints;
        }

        @Override
        public void close() {
            states.forEach(SequenceState::close);
        }
    }

    /** @return false when there was something more urgent; nothing is left behind then */
    static boolean write(
            SnapshotFolder folder, Path file, Head head, List<SequenceState> states, BooleanSupplier wanted)
            throws IOException {
        Path part = folder.newFileFor(file);
        try {
            CRC32C checksum = new CRC32C();
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                put(channel, checksum, headBytes(head));
                for (SequenceState state : states) {
                    for (long at = 0; at < state.bytes(); at += PART) {
                        if (wanted.getAsBoolean()) {
                            return false;
                        }
                        put(channel, checksum, state.slice(at, (int) Math.min(PART, state.bytes() - at)));
                    }
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
        ByteBuffer bytes = ByteBuffer.allocate(
                HEAD_BYTES + Integer.BYTES * head.tokens().length + STATE_HEAD_BYTES * head.places().length);
        bytes.putLong(MAGIC)
                .put(head.identity())
                .putDouble(head.tokensPerSecond())
                .putInt(head.tokens().length)
                .putInt(head.places().length);
        for (int token : head.tokens()) {
            bytes.putInt(token);
        }
        for (int i = 0; i < head.places().length; i++) {
            bytes.putInt(head.places()[i]).putLong(head.stateBytes()[i]);
        }
        return bytes.flip();
    }

    /** @return null when this is no snapshot, or one of something else; its end is not checked yet */
    static @Nullable Head readHead(Path file, byte[] identity) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return head(channel, new CRC32C(), identity);
        }
    }

    private static @Nullable Head head(FileChannel channel, CRC32C checksum, byte[] identity) throws IOException {
        ByteBuffer start = read(channel, checksum, ByteBuffer.allocate(HEAD_BYTES));
        boolean known = start.getLong() == MAGIC;
        byte[] of = new byte[IDENTITY_BYTES];
        start.get(of);
        double speed = start.getDouble();
        int count = start.getInt();
        int states = start.getInt();
        if (!known || !Arrays.equals(of, identity) || count < 1 || count > MOST_TOKENS) {
            return null;
        }
        if (states < 1 || states > MOST_STATES || channel.size() < (long) Integer.BYTES * count) {
            return null;
        }
        int[] tokens = new int[count];
        read(channel, checksum, ByteBuffer.allocate(Integer.BYTES * count))
                .asIntBuffer()
                .get(tokens);
        ByteBuffer list = read(channel, checksum, ByteBuffer.allocate(STATE_HEAD_BYTES * states));
        int[] places = new int[states];
        long[] bytes = new long[states];
        for (int i = 0; i < states; i++) {
            places[i] = list.getInt();
            bytes[i] = list.getLong();
            boolean possible = i == 0 ? places[i] == count : places[i] >= 1 && places[i] <= count;
            if (!possible || bytes[i] < 1 || bytes[i] > channel.size()) {
                return null;
            }
        }
        Head head = new Head(of, speed, tokens, places, bytes);
        return channel.size() == head.fileBytes() ? head : null;
    }

    /** @return null when the file is not what was written, or not of this */
    static @Nullable Content read(Path file, byte[] identity) throws IOException {
        CRC32C checksum = new CRC32C();
        List<SequenceState> states = new ArrayList<>();
        boolean whole = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Head head = head(channel, checksum, identity);
            if (head == null) {
                return null;
            }
            for (long bytes : head.stateBytes()) {
                SequenceState state = SequenceState.ofSize(bytes, !states.isEmpty());
                states.add(state);
                for (long at = 0; at < bytes; at += PART) {
                    read(channel, checksum, state.slice(at, (int) Math.min(PART, bytes - at)));
                }
            }
            long wanted = checksum.getValue();
            ByteBuffer end = read(channel, new CRC32C(), ByteBuffer.allocate(Long.BYTES));
            whole = end.getLong() == wanted;
            return whole ? new Content(head, states) : null;
        } finally {
            if (!whole) {
                states.forEach(SequenceState::close);
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
