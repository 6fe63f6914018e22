package koine.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes small GGUF files, version 3: metadata and tensors of 32-bit floats, for tests and tools. Not thread-safe.
 */
public final class GgufWriter {
    private static final int ALIGNMENT = 32;
    private static final int VERSION = 3;

    private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();

    private static final class Tensor {
        private final String name;
        private final List<Long> shape;
        private final float[] numbers;

        Tensor(String name, List<Long> shape, float[] numbers) {
            this.name = name;
            this.shape = List.copyOf(shape);
            this.numbers = numbers;
        }

        long paddedBytes() {
            return (numbers.length * 4L + ALIGNMENT - 1) & -ALIGNMENT;
        }
    }

    /** A later value of the same key takes the place of the former. */
    public GgufWriter put(String key, GgufValue value) {
        switch (value) {
            case GgufValue.LongText _ -> throw new IllegalArgumentException("the text of " + key + " was not kept");
            case GgufValue.Array array
            when !array.complete() -> throw new IllegalArgumentException("the array of " + key + " was not kept");
            default -> metadata.put(key, value);
        }
        return this;
    }

    public GgufWriter put(String key, String value) {
        return put(key, GgufValue.text(value));
    }

    /** @param shape elements in each dimension, the fastest-running first; their product is the number of numbers */
    public GgufWriter tensor(String name, List<Long> shape, float[] numbers) {
        if (shape.stream().reduce(1L, Math::multiplyExact) != numbers.length) {
            throw new IllegalArgumentException(name + ": " + numbers.length + " numbers in the shape " + shape);
        }
        tensors.add(new Tensor(name, shape, numbers));
        return this;
    }

    /** Writes under a temporary name beside it, syncs, and moves: the file is there whole or not at all. */
    public void write(Path file) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                writeAll(channel, ByteBuffer.wrap(header()));
                for (Tensor tensor : tensors) {
                    ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(tensor.paddedBytes()))
                            .order(ByteOrder.LITTLE_ENDIAN);
                    data.asFloatBuffer().put(tensor.numbers);
                    writeAll(channel, data);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private byte[] header() {
        Output out = new Output();
        out.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.number(VERSION, 4);
        out.number(tensors.size(), 8);
        out.number(metadata.size(), 8);
        metadata.forEach((key, value) -> {
            out.text(key);
            out.number(type(value).id(), 4);
            out.value(value);
        });
        long offset = 0;
        for (Tensor tensor : tensors) {
            out.text(tensor.name);
            out.number(tensor.shape.size(), 4);
            tensor.shape.forEach(size -> out.number(size, 8));
            out.number(GgufTensorType.F32.id(), 4);
            out.number(offset, 8);
            offset += tensor.paddedBytes();
        }
        while (!tensors.isEmpty() && out.size() % ALIGNMENT != 0) {
            out.number(0, 1);
        }
        return out.toByteArray();
    }

    private static GgufType type(GgufValue value) {
        return switch (value) {
            case GgufValue.Int(GgufType type, long _) -> type;
            case GgufValue.Real(GgufType type, double _) -> type;
            case GgufValue.Bool _ -> GgufType.BOOL;
            case GgufValue.Text _, GgufValue.LongText _ -> GgufType.STRING;
            case GgufValue.Array _ -> GgufType.ARRAY;
        };
    }

    private static void writeAll(FileChannel channel, ByteBuffer data) throws IOException {
        while (data.hasRemaining()) {
            channel.write(data);
        }
    }

    private static final class Output extends ByteArrayOutputStream {
        void bytes(byte[] bytes) {
            write(bytes, 0, bytes.length);
        }

        void number(long value, int bytes) {
            for (int i = 0; i < bytes; i++) {
                write((int) (value >>> (8 * i)));
            }
        }

        void text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            number(utf8.length, 8);
            bytes(utf8);
        }

        void value(GgufValue value) {
            switch (value) {
                case GgufValue.Int(GgufType type, long number) -> number(number, type.bytes());
                case GgufValue.Real(GgufType type, double number) -> {
                    if (type == GgufType.FLOAT32) {
                        number(Float.floatToRawIntBits((float) number), 4);
                    } else {
                        number(Double.doubleToRawLongBits(number), 8);
                    }
                }
                case GgufValue.Bool(boolean bool) -> number(bool ? 1 : 0, 1);
                case GgufValue.Text(String text) -> text(text);
                case GgufValue.Array(GgufType elementType, long count, List<GgufValue> items) -> {
                    number(elementType.id(), 4);
                    number(count, 8);
                    items.forEach(this::value);
                }
                case GgufValue.LongText _ -> throw new IllegalStateException("refused when it was put");
            }
        }
    }
}
