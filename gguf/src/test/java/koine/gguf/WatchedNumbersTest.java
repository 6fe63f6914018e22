package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchedNumbersTest {
    private static final String KEY = "tokenizer.ggml.token_type";
    /** What stands before the key's array: magic, version, two counts, the key with its length, two types, the array's length. */
    private static final int BEFORE = 4 + 4 + 8 + 8 + 8 + KEY.length() + 4 + 4 + 8;

    @TempDir
    Path folder;

    private final List<Long> seen = new ArrayList<>();

    private GgufFile read(Path file) throws IOException {
        seen.clear();
        return GgufReader.readNumbers(file, KEY, seen::add);
    }

    private Path written(GgufValue value) throws IOException {
        Path file = folder.resolve("file.gguf");
        new GgufWriter().put(KEY, value).write(file);
        return file;
    }

    private static GgufValue array(GgufType type, LongStream numbers) {
        return GgufValue.array(
                type,
                numbers.<GgufValue>mapToObj(number -> new GgufValue.Int(type, number))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "UINT8, 0, 255",
        "INT8, -128, 127",
        "UINT16, 0, 65535",
        "INT16, -32768, 32767",
        "UINT32, 0, 4294967295",
        "INT32, -2147483648, 2147483647",
        "INT64, -9223372036854775808, 9223372036854775807"
    })
    void every_number_is_shown_once_in_order_and_with_its_sign_kept_or_not(GgufType type, long least, long most)
            throws IOException {
        for (int zeros : new int[] {2, 2 * GgufReader.KEPT_ARRAY_ITEMS}) {
            LongStream all = Stream.of(LongStream.of(least, most, 1), LongStream.of(new long[zeros]), LongStream.of(7))
                    .flatMapToLong(numbers -> numbers);
            Path file = written(array(type, all));
            GgufFile read = read(file);
            assertEquals(zeros + 4, seen.size());
            assertEquals(List.of(least, most, 1L), seen.subList(0, 3));
            assertEquals(7, seen.getLast());
            assertEquals(GgufReader.read(file), read, "and the file is read as ever");
        }
    }

    @Test
    void numbers_of_another_key_are_not_shown() throws IOException {
        Path file = folder.resolve("file.gguf");
        new GgufWriter()
                .put("before", array(GgufType.INT32, LongStream.of(1, 2)))
                .put(KEY, array(GgufType.INT32, LongStream.of(3)))
                .put("after", array(GgufType.INT32, LongStream.of(4)))
                .write(file);
        GgufFile _ = read(file);
        assertEquals(List.of(3L), seen);
    }

    @Test
    void what_is_no_array_of_whole_numbers_shows_none_and_is_read_as_ever() throws IOException {
        for (GgufValue other : List.of(
                GgufValue.texts(List.of("one", "two")),
                GgufValue.array(GgufType.FLOAT32, List.of(GgufValue.float32(1), GgufValue.float32(2))),
                GgufValue.array(GgufType.BOOL, List.of(GgufValue.bool(true))),
                GgufValue.uint32(5),
                GgufValue.text("5"),
                array(GgufType.INT32, LongStream.empty()))) {
            Path file = written(other);
            assertEquals(GgufReader.read(file), read(file));
            assertEquals(List.of(), seen);
        }
    }

    @Test
    void an_array_that_is_cut_is_refused_before_a_number_of_it_is_shown() throws IOException {
        byte[] whole = Files.readAllBytes(written(array(GgufType.INT32, LongStream.range(0, 40))));
        assertEquals(BEFORE + 40 * 4, whole.length);
        Path cut = folder.resolve("cut.gguf");
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThrows(GgufException.class, () -> read(cut), "cut at " + length);
            assertEquals(List.of(), seen);
        }
    }

    /** More than the file has, more than a header may have, and what overflows when it is multiplied. */
    @ParameterizedTest
    @CsvSource({
        "41, 160 are left",
        "134217728, of the most a header may have",
        "4611686018427387905, wants",
        "-1, wants"
    })
    void an_array_that_is_too_long_is_refused_before_a_number_of_it_is_shown(long count, String why)
            throws IOException {
        Path file = written(array(GgufType.INT32, LongStream.range(0, 40)));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer length =
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(count);
            channel.write(length.flip(), BEFORE - 8);
            if (count > 41) { // sparse: longer than the array would be
                channel.write(StandardCharsets.US_ASCII.encode("!"), 600L << 20);
            }
        }
        GgufException refusal = assertThrows(GgufException.class, () -> read(file));
        assertTrue(refusal.reason().contains(why), refusal.reason());
        assertEquals(BEFORE, refusal.offset());
        assertEquals(List.of(), seen);
    }
}
