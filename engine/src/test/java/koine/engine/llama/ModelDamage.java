package koine.engine.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * Damage to one sound model file: the same seed does the same damage. The file is changed where it lies and set right again,
 * so large files cost nothing.
 */
final class ModelDamage {
    private static final long[] EDGES = {
        0,
        1,
        2,
        3,
        7,
        31,
        127,
        128,
        255,
        256,
        513,
        4096,
        65_535,
        1 << 20,
        Integer.MAX_VALUE,
        1L << 31,
        0xFFFFFFFFL,
        -1,
        1L << 40,
        1L << 61,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final float[] REAL_EDGES = {
        0, -1, 1e-30f, 1e30f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e6f
    };

    private final Path file;
    private final GgufFields fields;
    private final Random random;
    private final TreeMap<Long, byte[]> patches = new TreeMap<>();
    private final List<String> what = new ArrayList<>();
    private boolean dataOnly = true;
    private final List<byte[]> before = new ArrayList<>();

    ModelDamage(Path file, GgufFields fields, long seed) {
        this.file = file;
        this.fields = fields;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        int times = random.nextInt(10) < 7 ? 1 : 2 + random.nextInt(4);
        int place = random.nextInt(20);
        for (int i = 0; i < times; i++) {
            damage(place);
        }
    }

    private void damage(int place) {
        if (place == 0) {
            long at = fields.data() + random.nextLong(Math.max(1, fields.size() - fields.data()));
            byte[] noise = new byte[(int) Math.min(1 + random.nextInt(4096), fields.size() - at)];
            random.nextBytes(noise);
            patch(at, noise, "data");
            return;
        }
        dataOnly = false;
        GgufFields.Field field;
        if (place < 3) {
            field = pick(fields.header());
        } else if (place < 9) {
            field = fieldOf(fields.metadata(), "");
        } else if (place < 13) {
            field = fieldOf(fields.metadata(), "tokenizer.");
        } else {
            field = pick(pick(new ArrayList<>(fields.tensors().values())));
        }
        change(field);
    }

    private GgufFields.Field fieldOf(java.util.Map<String, List<GgufFields.Field>> all, String prefix) {
        List<String> keys =
                all.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
        return pick(all.getOrDefault(pick(keys), List.of()));
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private void change(GgufFields.Field field) {
        byte[] bytes = fields.bytes(field);
        int way = random.nextInt(4);
        switch (field.kind()) {
            case TEXT -> {
                if (bytes.length == 0) {
                    return;
                }
                if (way == 0) {
                    random.nextBytes(bytes);
                } else if (way == 1) {
                    bytes[random.nextInt(bytes.length)] = 0;
                } else {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case REAL -> {
                if (way == 0) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                } else {
                    float edge = REAL_EDGES[random.nextInt(REAL_EDGES.length)];
                    number(bytes, bytes.length == 4 ? Float.floatToRawIntBits(edge) : Double.doubleToRawLongBits(edge));
                }
            }
            case NUMBER -> {
                long now = number(bytes);
                switch (way) {
                    case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> number(bytes, EDGES[random.nextInt(EDGES.length)]);
                    case 2 -> number(bytes, now + random.nextInt(5) - 2);
                    default -> number(bytes, random.nextBoolean() ? now * 2 : now / 2);
                }
            }
        }
        patch(field.at(), bytes, field.name());
    }

    private void patch(long at, byte[] bytes, String name) {
        patches.put(at, bytes);
        what.add(name + " at " + at);
    }

    /** Whether all else than the numbers of tensors is as it was. */
    boolean dataOnly() {
        return dataOnly;
    }

    private static long number(byte[] bytes) {
        long number = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            number = number << 8 | Byte.toUnsignedInt(bytes[i]);
        }
        return number;
    }

    private static void number(byte[] bytes, long number) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (number >>> (8 * i));
        }
    }

    void apply() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (var patch : patches.entrySet()) {
                ByteBuffer old = ByteBuffer.allocate(patch.getValue().length).order(ByteOrder.LITTLE_ENDIAN);
                channel.read(old, patch.getKey());
                before.add(old.array());
                channel.write(ByteBuffer.wrap(patch.getValue()), patch.getKey());
            }
        }
    }

    /** In the order opposite to that of {@link #apply}: patches may overlap. */
    void undo() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long at : patches.descendingKeySet()) {
                channel.write(ByteBuffer.wrap(before.removeLast()), at);
            }
        }
    }

    @Override
    public String toString() {
        return file.getFileName() + ": " + String.join(", ", what);
    }
}
