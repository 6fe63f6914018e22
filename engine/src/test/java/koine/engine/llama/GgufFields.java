package koine.engine.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every field of the header of a sound GGUF file: where it lies and what it holds. */
final class GgufFields {
    private static final int HEADER_BYTES = 32 << 20;
    private static final int ALIGNMENT = 32;
    private static final int[] WIDTHS = {1, 1, 2, 2, 4, 4, 4, 1, -1, -1, 8, 8, 8};
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int FLOAT64 = 12;

    private final List<Field> header = new ArrayList<>();
    private final Map<String, List<Field>> metadata = new LinkedHashMap<>();
    private final Map<String, List<Field>> tensors = new LinkedHashMap<>();
    private final ByteBuffer file;
    private final long size;
    private final long data;

    enum Kind {
        NUMBER,
        REAL,
        TEXT
    }

    record Field(String name, Kind kind, int at, int length) {}

    GgufFields(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            size = channel.size();
            file = ByteBuffer.allocate((int) Math.min(HEADER_BYTES, size)).order(ByteOrder.LITTLE_ENDIAN);
            while (file.hasRemaining() && channel.read(file) >= 0) {
                // to the end
            }
        }
        file.flip();
        field(header, "magic", Kind.TEXT, 4);
        field(header, "version", Kind.NUMBER, 4);
        field(header, "tensor count", Kind.NUMBER, 8);
        field(header, "key count", Kind.NUMBER, 8);
        long tensorCount = file.getLong(8);
        long keyCount = file.getLong(16);
        for (long i = 0; i < keyCount; i++) {
            List<Field> fields = new ArrayList<>();
            String key = text(fields, "key");
            int type = file.getInt(file.position());
            field(fields, key + " type", Kind.NUMBER, 4);
            value(fields, key, type);
            metadata.put(key, fields);
        }
        for (long i = 0; i < tensorCount; i++) {
            List<Field> fields = new ArrayList<>();
            String name = text(fields, "tensor");
            int dimensions = file.getInt(file.position());
            field(fields, name + " dimensions", Kind.NUMBER, 4);
            for (int d = 0; d < dimensions; d++) {
                field(fields, name + " dimension " + d, Kind.NUMBER, 8);
            }
            field(fields, name + " type", Kind.NUMBER, 4);
            field(fields, name + " offset", Kind.NUMBER, 8);
            tensors.put(name, fields);
        }
        data = ((long) file.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    byte[] bytes(Field field) {
        return Arrays.copyOfRange(file.array(), field.at(), field.at() + field.length());
    }

    List<Field> header() {
        return header;
    }

    Map<String, List<Field>> metadata() {
        return metadata;
    }

    Map<String, List<Field>> tensors() {
        return tensors;
    }

    /** Where the numbers of the tensors begin. */
    long data() {
        return data;
    }

    long size() {
        return size;
    }

    private void value(List<Field> fields, String key, int type) {
        switch (type) {
            case STRING -> text(fields, key);
            case ARRAY -> {
                int element = file.getInt(file.position());
                field(fields, key + " element type", Kind.NUMBER, 4);
                long count = file.getLong(file.position());
                field(fields, key + " count", Kind.NUMBER, 8);
                for (long i = 0; i < count; i++) {
                    value(fields, key + "[" + i + "]", element);
                }
            }
            default -> field(fields, key, type == FLOAT32 || type == FLOAT64 ? Kind.REAL : Kind.NUMBER, WIDTHS[type]);
        }
    }

    private String text(List<Field> fields, String name) {
        int length = Math.toIntExact(file.getLong(file.position()));
        field(fields, name + " length", Kind.NUMBER, 8);
        String text = new String(file.array(), file.position(), length, StandardCharsets.UTF_8);
        field(fields, name.equals("key") || name.equals("tensor") ? text + " name" : name, Kind.TEXT, length);
        return text;
    }

    private void field(List<Field> fields, String name, Kind kind, int bytes) {
        int at = file.position();
        file.position(at + bytes);
        fields.add(new Field(name, kind, at, bytes));
    }
}
