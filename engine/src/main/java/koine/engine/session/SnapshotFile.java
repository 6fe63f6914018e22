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
import koine.engine.llama.LlamaContext;
import koine.engine.llama.SequenceState;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on disk: the whole state as llama.cpp itself writes and reads it, piece by piece, so that it never lies in
 * memory a second time; checkpoints; what it is of, with all tokens; and at the end where that begins and a checksum
 * (CRC-32C) of all before it. llama.cpp trusts a state, so a file is believed only when it is whole, and what its name says.
 */
final class SnapshotFile {
    private static final long MAGIC = 0x4B4F_494E_454B_5633L; // KOINEKV3
    private static final int IDENTITY_BYTES = 32;
    private static final int HEAD_BYTES = IDENTITY_BYTES + 8 + 4 + 4;
    private static final int STATE_HEAD_BYTES = 4 + 8;
    private static final int TAIL_BYTES = 8 + 8 + 8;
    private static final int PART = 1 << 20;
    private static final int LOOKED_AT = 1 << 16;
    private static final int MOST_TOKENS = 1 << 24;
    private static final int MOST_STATES = 64;

    private SnapshotFile() {}

    /**
     * @param identity of what must be equal for it to be of use, see {@link SnapshotFolder#identity}
     * @param tokensPerSecond how quickly the prompt was read when the snapshot was made
     * @param places how many tokens had been read where each state was kept; the first is the whole one, of all tokens,
     *     the others are checkpoints
     * @param stateBytes of each state, in this order in the file
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Head(byte[] identity, double tokensPerSecond, int[] tokens, int[] places, long[] stateBytes) {
        long bytes() {
            return LongStream.of(stateBytes).sum();
        }

        private int headBytes() {
            return HEAD_BYTES + Integer.BYTES * tokens.length + STATE_HEAD_BYTES * places.length;
        }

        private ByteBuffer toBytes() {
            ByteBuffer bytes = ByteBuffer.allocate(headBytes());
            bytes.put(identity).putDouble(tokensPerSecond).putInt(tokens.length).putInt(places.length);
            bytes.asIntBuffer().put(tokens);
            bytes.position(bytes.position() + Integer.BYTES * tokens.length);
            for (int i = 0; i < places.length; i++) {
                bytes.putInt(places[i]).putLong(stateBytes[i]);
            }
            return bytes.flip();
        }
    }

    /** Checkpoints in memory; the whole state is still in the file. Close it. */
    record Content(Head head, List<SequenceState> checkpoints) implements AutoCloseable {
        /** Whoever takes them closes them. */
        List<SequenceState> takeCheckpoints() {
            List<SequenceState> taken = List.copyOf(checkpoints);
            checkpoints.clear();
            return taken;
        }

        @Override
        public void close() {
            checkpoints.forEach(SequenceState::close);
        }
    }

    /**
     * @param sequence of the context, whose whole state it is
     * @param checkpoints what the head says of them begins at its second place
     * @return false when there was something more urgent; nothing is left behind then
     */
    static boolean write(
            SnapshotFolder folder,
            Path file,
            Head head,
            LlamaContext context,
            int sequence,
            List<SequenceState> checkpoints,
            BooleanSupplier wanted)
            throws IOException {
        Path part = folder.newFileFor(file);
        try {
            if (wanted.getAsBoolean()) {
                return false;
            }
            head.stateBytes()[0] = context.save(sequence, part, head.tokens());
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                CRC32C checksum = new CRC32C();
                if (!skip(channel, checksum, head.stateBytes()[0], wanted)) {
                    return false;
                }
                for (SequenceState state : checkpoints) {
                    for (long at = 0; at < state.bytes(); at += PART) {
                        if (wanted.getAsBoolean()) {
                            return false;
                        }
                        put(channel, checksum, state.slice(at, (int) Math.min(PART, state.bytes() - at)));
                    }
                }
                put(channel, checksum, head.toBytes());
                ByteBuffer tail = ByteBuffer.allocate(TAIL_BYTES).putLong(MAGIC).putLong(head.bytes());
                put(channel, checksum, tail.duplicate().flip());
                write(
                        channel,
                        ByteBuffer.allocate(Long.BYTES)
                                .putLong(checksum.getValue())
                                .flip());
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Reads so many bytes for their checksum alone. @return false when there was something more urgent */
    private static boolean skip(FileChannel channel, CRC32C checksum, long bytes, BooleanSupplier wanted)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(LOOKED_AT);
        for (long at = 0; at < bytes; at += LOOKED_AT) {
            if (wanted.getAsBoolean()) {
                return false;
            }
            read(channel, checksum, buffer.clear().limit((int) Math.min(LOOKED_AT, bytes - at)));
        }
        return true;
    }

    /** @return null when this is no snapshot, or one of something else; its checksum is not looked at yet */
    static @Nullable Head readHead(Path file, byte[] identity) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return head(channel, identity);
        }
    }

    private static @Nullable Head head(FileChannel channel, byte[] identity) throws IOException {
        long size = channel.size();
        if (size < HEAD_BYTES + TAIL_BYTES) {
            return null;
        }
        ByteBuffer tail = readAt(channel, size - TAIL_BYTES, TAIL_BYTES);
        boolean known = tail.getLong() == MAGIC;
        long begin = tail.getLong();
        if (!known || begin < 0 || begin > size - TAIL_BYTES - HEAD_BYTES) {
            return null;
        }
        ByteBuffer start = readAt(channel, begin, HEAD_BYTES);
        byte[] of = new byte[IDENTITY_BYTES];
        start.get(of);
        double speed = start.getDouble();
        int count = start.getInt();
        int states = start.getInt();
        if (!Arrays.equals(of, identity) || count < 1 || count > MOST_TOKENS || states < 1 || states > MOST_STATES) {
            return null;
        }
        long rest = (long) Integer.BYTES * count + (long) STATE_HEAD_BYTES * states;
        if (begin + HEAD_BYTES + rest + TAIL_BYTES != size) {
            return null;
        }
        ByteBuffer lists = readAt(channel, begin + HEAD_BYTES, (int) rest);
        int[] tokens = new int[count];
        lists.asIntBuffer().get(tokens);
        lists.position(Integer.BYTES * count);
        int[] places = new int[states];
        long[] bytes = new long[states];
        for (int i = 0; i < states; i++) {
            places[i] = lists.getInt();
            bytes[i] = lists.getLong();
            boolean possible = i == 0 ? places[i] == count : places[i] >= 1 && places[i] <= count;
            if (!possible || bytes[i] < 1 || bytes[i] > size) {
                return null;
            }
        }
        Head head = new Head(of, speed, tokens, places, bytes);
        return head.bytes() == begin ? head : null;
    }

    private static ByteBuffer readAt(FileChannel channel, long position, int bytes) throws IOException {
        channel.position(position);
        return read(channel, new CRC32C(), ByteBuffer.allocate(bytes));
    }

    /** Looks at all of it. @return null when the file is not what was written, or not of this */
    static @Nullable Content read(Path file, byte[] identity) throws IOException {
        List<SequenceState> checkpoints = new ArrayList<>();
        boolean whole = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Head head = head(channel, identity);
            if (head == null) {
                return null;
            }
            CRC32C checksum = new CRC32C();
            channel.position(0);
            skip(channel, checksum, head.stateBytes()[0], () -> false);
            for (int i = 1; i < head.stateBytes().length; i++) {
                long bytes = head.stateBytes()[i];
                SequenceState state = SequenceState.ofSize(bytes, true);
                checkpoints.add(state);
                for (long at = 0; at < bytes; at += PART) {
                    read(channel, checksum, state.slice(at, (int) Math.min(PART, bytes - at)));
                }
            }
            skip(channel, checksum, head.headBytes() + TAIL_BYTES - Long.BYTES, () -> false);
            long expected =
                    read(channel, new CRC32C(), ByteBuffer.allocate(Long.BYTES)).getLong();
            whole = expected == checksum.getValue();
            return whole ? new Content(head, checkpoints) : null;
        } finally {
            if (!whole) {
                checkpoints.forEach(SequenceState::close);
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
