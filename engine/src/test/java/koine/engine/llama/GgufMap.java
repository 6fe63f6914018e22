package koine.engine.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where things lie in a sound GGUF file, so that a test can damage just one of them. */
final class GgufMap {
    private static final int HEADER_BYTES = 16 << 20;
    private static final int[] WIDTHS = {1, 1, 2, 2, 4, 4, 4, 1, -1, -1, 8, 8, 8};
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /** Offset of each key's type, which the value follows. */
    final Map<String, Integer> values = new LinkedHashMap<>();
    /** Offset of each tensor's name; its number of dimensions follows. */
    final Map<String, Integer> tensors = new LinkedHashMap<>();

    private final ByteBuffer file;

    GgufMap(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            file = ByteBuffer.allocate((int) Math.min(HEADER_BYTES, channel.size()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (file.hasRemaining() && channel.read(file) >= 0) {
                // to the end
            }
        }
        file.flip().position(8);
        long tensorCount = file.getLong();
        long valueCount = file.getLong();
        for (long i = 0; i < valueCount; i++) {
            String key = text();
            values.put(key, file.position());
            skip(file.getInt());
        }
        for (long i = 0; i < tensorCount; i++) {
            int at = file.position();
            tensors.put(text(), at);
            int dimensions = file.getInt();
            file.position(file.position() + 8 * dimensions + 4 + 8);
        }
    }

    /** Offset of the value of a key that is no array. */
    int value(String key) {
        return values.getOrDefault(key, -1) + 4;
    }

    private String text() {
        byte[] bytes = new byte[(int) file.getLong()];
        file.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void skip(int type) {
        switch (type) {
            case STRING -> text();
            case ARRAY -> {
                int element = file.getInt();
                for (long count = file.getLong(); count > 0; count--) {
                    skip(element);
                }
            }
            default -> file.position(file.position() + WIDTHS[type]);
        }
    }
}
