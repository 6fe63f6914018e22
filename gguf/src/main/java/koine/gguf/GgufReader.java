package koine.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Reads the header of a GGUF file, versions 2 and 3, little endian. Model files come from anywhere, so nothing in them is
 * believed: counts, lengths and offsets are held against the file's length and against limits far above real models before
 * anything is allocated. Vocabularies are stepped over, so the header of a large model takes milliseconds.
 *
 * <p>As strict as llama.cpp where that matters for running the file: tensors follow each other without gaps, in blocks that
 * fit their type, and lie within the file.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the GGUF specification</a>
 */
public final class GgufReader {
    /** All before the tensor data. The largest vocabularies of today take about 20 MiB. */
    static final long MOST_HEADER_BYTES = 256L << 20;

    static final int MOST_KEYS = 16_384;
    static final int MOST_KEY_BYTES = 1_024;
    static final int MOST_TENSORS = 100_000;
    static final int MOST_NAME_BYTES = 64;
    static final int MOST_DIMENSIONS = 4;
    /** Above any alignment in use, and far from where padding could overflow. */
    static final long MOST_ALIGNMENT = 1L << 20;

    static final int KEPT_TEXT_BYTES = 1 << 20;
    static final int KEPT_ARRAY_ITEMS = 1_024;
    /** Of all texts and array items together; what comes after is stepped over. */
    static final long KEPT_BYTES = 16L << 20;

    private static final byte[] MAGIC = {'G', 'G', 'U', 'F'};
    private static final int DEFAULT_ALIGNMENT = 32;
    /** Rough cost of an array item on the heap. */
    private static final int ITEM_BYTES = 32;

    private final BoundedInput in;
    private final long fileBytes;
    private final String watchedKey;
    private final Consumer<byte[]> watcher;
    private final LongConsumer numbers;
    private long kept;
    private String key = "";

    private GgufReader(FileChannel channel, String watchedKey, Consumer<byte[]> watcher, LongConsumer numbers)
            throws IOException {
        this.watchedKey = watchedKey;
        this.watcher = watcher;
        this.numbers = numbers;
        this.fileBytes = channel.size();
        this.in = new BoundedInput(channel, fileBytes, MOST_HEADER_BYTES);
    }

    /**
     * Blocks on the disk. Any thread.
     *
     * @throws GgufException when the content is no GGUF that Koine reads
     * @throws IOException when the file cannot be read at all
     */
    public static GgufFile read(Path file) throws IOException {
        return read(file, "", text -> {});
    }

    /**
     * As {@link #read(Path)}, and shows each text of one array as it goes by, also of an array too long to be kept.
     *
     * @param watchedKey of the array, for example {@code tokenizer.ggml.tokens}
     * @param watcher gets the UTF-8 of each text, in the file's order
     * @throws GgufException when the content is no GGUF that Koine reads, or a text of that array is longer than a mebibyte
     * @throws IOException when the file cannot be read at all
     */
    public static GgufFile read(Path file, String watchedKey, Consumer<byte[]> watcher) throws IOException {
        return read(file, watchedKey, watcher, number -> {});
    }

    /**
     * As {@link #read(Path)}, and shows each whole number of one array as it goes by, also of an array too long to be kept.
     *
     * @param watchedKey of the array, for example {@code tokenizer.ggml.token_type}
     * @param watcher gets the numbers in the file's order
     * @throws GgufException when the content is no GGUF that Koine reads
     * @throws IOException when the file cannot be read at all
     */
    public static GgufFile readNumbers(Path file, String watchedKey, LongConsumer watcher) throws IOException {
        return read(file, watchedKey, text -> {}, watcher);
    }

    private static GgufFile read(Path file, String watchedKey, Consumer<byte[]> watcher, LongConsumer numbers)
            throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) { // opening a pipe would wait for its writer
            throw new GgufException(0, "not a regular file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new GgufReader(channel, watchedKey, watcher, numbers).read();
        }
    }

    private GgufFile read() throws IOException {
        for (byte expected : MAGIC) {
            long at = in.position();
            if (in.uint8("the magic number") != expected) {
                throw new GgufException(at, "does not begin with GGUF");
            }
        }
        int version = version();
        long tensorCount = count("tensors", MOST_TENSORS, 24);
        long keyCount = count("metadata keys", MOST_KEYS, 13);
        Map<String, GgufValue> metadata = metadata(keyCount);
        long alignment = alignment(metadata);
        List<GgufTensor> relative = tensors(tensorCount, alignment);
        long dataOffset = tensorCount == 0 ? in.position() : padded(in.position(), alignment);
        List<GgufTensor> tensors = new ArrayList<>(relative.size());
        for (GgufTensor tensor : relative) {
            tensors.add(placed(tensor, dataOffset));
        }
        return new GgufFile(
                version, Collections.unmodifiableMap(metadata), List.copyOf(tensors), alignment, dataOffset, fileBytes);
    }

    private int version() throws IOException {
        long at = in.position();
        long version = in.uint32("the version");
        if ((version & 0xFFFF) == 0 && version != 0) {
            throw new GgufException(at, "a big-endian file");
        }
        if (version != 2 && version != 3) {
            throw new GgufException(at, "version " + version + ", not 2 or 3");
        }
        return (int) version;
    }

    /** @param leastBytes what one of them takes at least */
    private long count(String what, long most, int leastBytes) throws IOException {
        long at = in.position();
        long count = in.int64("the number of " + what);
        if (count < 0 || count > most || count > in.remaining() / leastBytes) {
            throw new GgufException(at, Long.toUnsignedString(count) + " " + what + " do not fit");
        }
        return count;
    }

    private Map<String, GgufValue> metadata(long count) throws IOException {
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            long at = in.position();
            key = name("a metadata key", MOST_KEY_BYTES);
            if (key.isEmpty()) {
                throw new GgufException(at, "an empty metadata key");
            }
            GgufType type = type();
            if (metadata.put(key, type == GgufType.ARRAY ? array() : value(type)) != null) {
                throw new GgufException(at, "a metadata key stands twice");
            }
        }
        return metadata;
    }

    private GgufType type() throws IOException {
        long at = in.position();
        long id = in.uint32("a value's type");
        GgufType type = GgufType.of(id);
        if (type == null) {
            throw new GgufException(at, "unknown value type " + id);
        }
        return type;
    }

    private GgufValue value(GgufType type) throws IOException {
        String what = "a value";
        return switch (type) {
            case UINT8 -> new GgufValue.Int(type, in.uint8(what));
            case INT8 -> new GgufValue.Int(type, (byte) in.uint8(what));
            case UINT16 -> new GgufValue.Int(type, in.uint16(what));
            case INT16 -> new GgufValue.Int(type, (short) in.uint16(what));
            case UINT32 -> new GgufValue.Int(type, in.uint32(what));
            case INT32 -> new GgufValue.Int(type, (int) in.uint32(what));
            case UINT64, INT64 -> new GgufValue.Int(type, in.int64(what));
            case FLOAT32 -> new GgufValue.Real(type, in.float32(what));
            case FLOAT64 -> new GgufValue.Real(type, in.float64(what));
            case BOOL -> new GgufValue.Bool(in.uint8(what) != 0);
            case STRING -> text();
            case ARRAY -> throw new GgufException(in.position(), "an array of arrays");
        };
    }

    private GgufValue text() throws IOException {
        long bytes = in.int64("a text's length");
        in.need(bytes, 1, "a text");
        if (bytes > KEPT_TEXT_BYTES || kept + bytes > KEPT_BYTES) {
            in.skip(bytes, "a text");
            return new GgufValue.LongText(bytes);
        }
        kept += bytes;
        return new GgufValue.Text(in.text((int) bytes, "a text"));
    }

    private GgufValue array() throws IOException {
        GgufType type = type();
        if (type == GgufType.ARRAY) {
            throw new GgufException(in.position() - 4, "an array of arrays");
        }
        long count = in.int64("an array's length");
        in.need(count, type == GgufType.STRING ? 8 : type.bytes(), "an array");
        boolean keep = count <= KEPT_ARRAY_ITEMS && kept + count * ITEM_BYTES <= KEPT_BYTES;
        kept += keep ? count * ITEM_BYTES : 0;
        if (type == GgufType.STRING && key.equals(watchedKey)) {
            return new GgufValue.Array(type, count, watchedTexts(count, keep));
        }
        boolean watched = key.equals(watchedKey);
        if (!keep && !watched) {
            skipItems(type, count);
            return new GgufValue.Array(type, count, List.of());
        }
        List<GgufValue> items = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            GgufValue item = value(type);
            if (watched && item instanceof GgufValue.Int(GgufType _, long number)) {
                numbers.accept(number);
            }
            if (keep) {
                items.add(item);
            }
        }
        return new GgufValue.Array(type, count, items);
    }

    private List<GgufValue> watchedTexts(long count, boolean keep) throws IOException {
        List<GgufValue> items = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            long at = in.position();
            long bytes = in.int64("a text's length");
            if (bytes < 0 || bytes > KEPT_TEXT_BYTES) {
                throw new GgufException(at, "a text wants " + Long.toUnsignedString(bytes) + " bytes");
            }
            byte[] text = in.bytes((int) bytes, "a text");
            watcher.accept(text);
            if (keep) {
                items.add(new GgufValue.Text(new String(text, StandardCharsets.UTF_8)));
            }
        }
        return items;
    }

    private void skipItems(GgufType type, long count) throws IOException {
        if (type != GgufType.STRING) {
            in.skip(count * type.bytes(), "an array");
            return;
        }
        for (long i = 0; i < count; i++) {
            in.skip(in.int64("a text's length"), "a text");
        }
    }

    private String name(String what, int mostBytes) throws IOException {
        long at = in.position();
        long bytes = in.int64("the length of " + what);
        if (bytes < 0 || bytes > mostBytes) {
            throw new GgufException(at, what + " of " + Long.toUnsignedString(bytes) + " bytes");
        }
        String name = in.text((int) bytes, what);
        if (name.indexOf('\0') >= 0) {
            // to programs in C it would end there, and be another name
            throw new GgufException(in.position(), what + " with a zero byte");
        }
        return name;
    }

    private long alignment(Map<String, GgufValue> metadata) throws GgufException {
        GgufValue value = metadata.get("general.alignment");
        if (value == null) {
            return DEFAULT_ALIGNMENT;
        }
        if (value instanceof GgufValue.Int(GgufType type, long alignment)
                && type == GgufType.UINT32
                && Long.bitCount(alignment) == 1
                && alignment <= MOST_ALIGNMENT) {
            return alignment;
        }
        throw new GgufException(in.position(), "general.alignment is no power of two within bounds");
    }

    /** The tensors with their offsets from the start of the data. */
    private List<GgufTensor> tensors(long count, long alignment) throws IOException {
        List<GgufTensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long expectedOffset = 0;
        for (long i = 0; i < count; i++) {
            long at = in.position();
            GgufTensor tensor = tensor();
            if (!names.add(tensor.name())) {
                throw new GgufException(at, "a tensor's name stands twice");
            }
            if (tensor.offset() != expectedOffset) {
                throw new GgufException(
                        at,
                        "a tensor lies at " + Long.toUnsignedString(tensor.offset()) + " of the data instead of "
                                + expectedOffset);
            }
            expectedOffset = padded(expectedOffset + tensor.bytes(), alignment);
            tensors.add(tensor);
        }
        return tensors;
    }

    private GgufTensor tensor() throws IOException {
        String name = name("a tensor's name", MOST_NAME_BYTES - 1);
        long at = in.position();
        long dimensions = in.uint32("a tensor's dimensions");
        if (dimensions > MOST_DIMENSIONS) {
            throw new GgufException(at, "a tensor of " + dimensions + " dimensions");
        }
        List<Long> shape = new ArrayList<>();
        long elements = 1;
        for (int i = 0; i < dimensions; i++) {
            long size = in.int64("a tensor's shape");
            if (size < 0 || Math.multiplyHigh(elements, size) != 0 || elements * size < 0) {
                throw new GgufException(at, "a tensor of more elements than can be counted");
            }
            elements *= size;
            shape.add(size);
        }
        GgufTensorType type = tensorType();
        long row = shape.isEmpty() ? 1 : shape.getFirst();
        if (row % type.blockElements() != 0) {
            throw new GgufException(at, "a tensor's rows of " + row + " elements are no whole blocks of " + type);
        }
        long blocks = elements / type.blockElements();
        if (blocks > fileBytes / type.blockBytes()) { // also keeps the sums of offsets far from overflow
            throw new GgufException(at, "a tensor larger than the file: it is cut short or damaged");
        }
        long offset = in.int64("a tensor's offset");
        return new GgufTensor(name, shape, type, elements, offset, blocks * type.blockBytes());
    }

    private GgufTensorType tensorType() throws IOException {
        long at = in.position();
        long id = in.uint32("a tensor's type");
        GgufTensorType type = GgufTensorType.of(id);
        if (type == null) {
            throw new GgufException(at, "unknown tensor type " + id);
        }
        return type;
    }

    private GgufTensor placed(GgufTensor tensor, long dataOffset) throws GgufException {
        long offset = dataOffset + tensor.offset();
        if (offset + tensor.bytes() > fileBytes) {
            throw new GgufException(
                    fileBytes, "the file is cut short: tensor data reaches to byte " + (offset + tensor.bytes()));
        }
        return new GgufTensor(tensor.name(), tensor.shape(), tensor.type(), tensor.elements(), offset, tensor.bytes());
    }

    private static long padded(long position, long alignment) {
        return (position + alignment - 1) & -alignment;
    }
}
