package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way a file can be wrong, built byte by byte so that the writer cannot hide it. */
class GgufRefusalTest {
    @TempDir
    Path folder;

    @Test
    void a_file_of_another_kind() throws IOException {
        refused(new Bytes().text("PK\3\4 something else"), 0, "does not begin with GGUF");
    }

    @Test
    void an_empty_file() throws IOException {
        refused(new Bytes(), 0, "the magic number wants");
    }

    @Test
    void versions_that_are_not_2_or_3() throws IOException {
        refused(new Bytes().magic().u32(1).u64(0).u64(0), 4, "version 1, not 2 or 3");
        refused(new Bytes().magic().u32(4).u64(0).u64(0), 4, "version 4, not 2 or 3");
        refused(new Bytes().magic().u32(0).u64(0).u64(0), 4, "version 0, not 2 or 3");
    }

    @Test
    void version_2_is_read() throws IOException {
        assertEquals(
                2,
                read(new Bytes().magic().u32(2).u64(0).u64(1).string("k").u32(7).u8(1))
                        .version());
    }

    @Test
    void names_that_end_early_for_programs_in_c() throws IOException {
        refused(new Bytes().magic().u32(3).u64(0).u64(1).string("k\0x").u32(7).u8(1), 35, "a zero byte");
    }

    @Test
    void a_big_endian_file() throws IOException {
        refused(new Bytes().magic().u32(0x03000000).u64(0).u64(0), 4, "big-endian");
    }

    @Test
    void counts_beyond_what_the_file_could_hold() throws IOException {
        refused(new Bytes().magic().u32(3).u64(5).u64(0), 8, "5 tensors do not fit");
        refused(new Bytes().magic().u32(3).u64(-1).u64(0), 8, "18446744073709551615 tensors do not fit");
        refused(new Bytes().magic().u32(3).u64(0).u64(1L << 40), 16, "1099511627776 metadata keys do not fit");
        refused(new Bytes().magic().u32(3).u64(0).u64(-5), 16, "metadata keys do not fit");
    }

    @Test
    void counts_beyond_any_model_even_where_the_file_is_long_enough() throws IOException {
        refused(
                new Bytes()
                        .magic()
                        .u32(3)
                        .u64(GgufReader.MOST_TENSORS + 1)
                        .u64(0)
                        .zeros(3_000_000),
                8,
                "tensors do not fit");
        refused(
                new Bytes().magic().u32(3).u64(0).u64(GgufReader.MOST_KEYS + 1).zeros(300_000),
                16,
                "metadata keys do not fit");
    }

    @Test
    void a_key_that_is_too_long_empty_or_there_twice() throws IOException {
        refused(header(0, 1).u64(GgufReader.MOST_KEY_BYTES + 1).zeros(5_000), 24, "a metadata key of 1025 bytes");
        refused(header(0, 1).u64(-1).zeros(100), 24, "a metadata key of 18446744073709551615 bytes");
        refused(header(0, 1).string("").u32(7).u8(1), 24, "an empty metadata key");
        refused(header(0, 2).string("k").u32(7).u8(1).string("k").u32(7).u8(1), 38, "a metadata key stands twice");
    }

    @Test
    void an_unknown_type_of_value() throws IOException {
        refused(header(0, 1).string("k").u32(13).u64(0), 33, "unknown value type 13");
        refused(header(0, 1).string("k").u32(-1).u64(0), 33, "unknown value type 4294967295");
        refused(header(0, 1).string("k").u32(9).u32(77).u64(0), 37, "unknown value type 77");
    }

    @Test
    void an_array_of_arrays() throws IOException {
        refused(header(0, 1).string("k").u32(9).u32(9).u64(1).u32(4).u64(0), 37, "an array of arrays");
    }

    @Test
    void texts_and_arrays_longer_than_the_file() throws IOException {
        refused(header(0, 1).string("k").u32(8).u64(1_000).text("short"), 45, "a text wants 1000 bytes, 5 are left");
        refused(header(0, 1).string("k").u32(8).u64(-1).text("short"), 45, "a text wants 18446744073709551615 bytes");
        refused(header(0, 1).string("k").u32(9).u32(10).u64(1L << 61).zeros(64), 49, "an array wants");
        refused(header(0, 1).string("k").u32(9).u32(8).u64(1_000_000).zeros(64), 49, "times 8 bytes");
        refused(header(0, 1).string("k").u32(9).u32(0).u64(-1).zeros(64), 49, "an array wants");
    }

    @Test
    void a_text_in_a_skipped_array_that_reaches_beyond_the_file() throws IOException {
        Bytes bytes = header(0, 1).string("k").u32(9).u32(8).u64(2_000);
        for (int i = 0; i < 1_999; i++) {
            bytes.u64(0);
        }
        refused(bytes.u64(Long.MAX_VALUE).text("end"), 49 + 8 * 2_000, "a text wants 9223372036854775807 bytes");
    }

    @Test
    void a_header_without_end_on_a_sparse_file_is_refused_at_the_limit() throws IOException {
        Path file = written(header(0, 1).string("k").u32(9).u32(8).u64(1L << 36));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.position(1L << 40);
            channel.write(ByteBuffer.wrap(new byte[1]));
        } catch (IOException e) {
            abort("no file of a terabyte here: " + e.getMessage());
        }
        GgufException refusal = assertThrows(GgufException.class, () -> GgufReader.read(file));
        assertTrue(refusal.reason().contains("of the most a header may have"), refusal.reason());
    }

    @Test
    void an_alignment_that_is_no_power_of_two_of_another_type_or_absurd() throws IOException {
        refused(header(0, 1).string("general.alignment").u32(4).u32(24), 57, "no power of two");
        refused(header(0, 1).string("general.alignment").u32(4).u32(0), 57, "no power of two");
        refused(header(0, 1).string("general.alignment").u32(10).u64(32), 61, "no power of two");
        refused(header(0, 1).string("general.alignment").u32(4).u32(1 << 30), 57, "no power of two");
    }

    @Test
    void an_alignment_of_its_own_is_followed() throws IOException {
        Bytes bytes = header(1, 1).string("general.alignment").u32(4).u32(64).tensor("t", 0, 0, 16);
        int dataOffset = (bytes.size() + 63) / 64 * 64;
        GgufFile file = read(bytes.zeros(dataOffset - bytes.size()).zeros(64));
        assertEquals(dataOffset, file.tensors().getFirst().offset());
    }

    @Test
    void tensors_with_bad_names() throws IOException {
        refused(header(1, 0).tensor("n".repeat(64), 0, 0, 1).zeros(99), 24, "a tensor's name of 64 bytes");
        refused(header(2, 0).tensor("t", 0, 0, 8).tensor("t", 0, 32, 8).zeros(99), 57, "a tensor's name stands twice");
    }

    @Test
    void tensors_with_bad_shapes() throws IOException {
        refused(header(1, 0).tensor("t", 0, 0, 1, 1, 1, 1, 1).zeros(99), 33, "a tensor of 5 dimensions");
        refused(header(1, 0).tensor("t", 0, 0, -1).zeros(99), 33, "more elements than can be counted");
        refused(header(1, 0).tensor("t", 0, 0, 1L << 40, 1L << 40).zeros(99), 33, "more elements than can be counted");
        refused(header(1, 0).tensor("t", 0, 0, 1L << 32, 1L << 31).zeros(99), 33, "more elements than can be counted");
        refused(header(1, 0).tensor("t", 2, 0, 33).zeros(99), 33, "no whole blocks of Q4_0");
    }

    @Test
    void tensors_of_an_unknown_or_removed_type() throws IOException {
        refused(header(1, 0).tensor("t", 99, 0, 1).zeros(99), 45, "unknown tensor type 99");
        refused(header(1, 0).tensor("t", 4, 0, 1).zeros(99), 45, "unknown tensor type 4");
    }

    @Test
    void tensors_that_overlap_or_leave_gaps() throws IOException {
        refused(header(2, 0).tensor("a", 0, 0, 16).tensor("b", 0, 32, 16).zeros(300), 57, "instead of 64");
        refused(header(2, 0).tensor("a", 0, 0, 16).tensor("b", 0, 96, 16).zeros(300), 57, "instead of 64");
        refused(header(1, 0).tensor("a", 0, -32, 16).zeros(300), 24, "lies at 18446744073709551584");
    }

    @Test
    void a_file_cut_short_within_its_tensors() throws IOException {
        refused(header(1, 0).tensor("t", 0, 0, 10).zeros(40), 97, "the file is cut short");
        refused(header(1, 0).tensor("t", 0, 0, 100_000).zeros(40), 33, "larger than the file");
    }

    @Test
    void a_whole_model_cut_anywhere_is_refused_with_the_place() throws IOException {
        Path whole = folder.resolve("whole.gguf");
        new GgufWriter()
                .put("general.architecture", "llama")
                .put("list", GgufValue.texts(List.of("one", "two")))
                .tensor("t", List.of(16L), new float[16])
                .write(whole);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut.gguf");
        for (int length = 0; length < bytes.length; length++) {
            Files.write(cut, Arrays.copyOf(bytes, length));
            int end = length;
            GgufException refusal = assertThrows(GgufException.class, () -> GgufReader.read(cut), "cut at " + end);
            assertTrue(refusal.offset() <= end, "offset " + refusal.offset() + " of " + end);
        }
    }

    @Test
    void a_folder_is_refused_and_a_missing_file_is_an_ordinary_error() {
        assertEquals(
                "not a regular file",
                assertThrows(GgufException.class, () -> GgufReader.read(folder)).reason());
        assertThrows(NoSuchFileException.class, () -> GgufReader.read(folder.resolve("none.gguf")));
    }

    @Test
    void a_refusal_names_no_path() throws IOException {
        Path file = written(new Bytes().text("other"));
        GgufException refusal = assertThrows(GgufException.class, () -> GgufReader.read(file));
        assertFalse(String.valueOf(refusal.getMessage()).contains("file.gguf"), refusal.getMessage());
        assertEquals("does not begin with GGUF (at byte 0)", refusal.getMessage());
    }

    private void refused(Bytes bytes, long offset, String reason) throws IOException {
        Path file = written(bytes);
        GgufException refusal = assertThrows(GgufException.class, () -> GgufReader.read(file));
        assertTrue(refusal.reason().contains(reason), refusal.getMessage());
        assertEquals(offset, refusal.offset(), refusal.getMessage());
    }

    private GgufFile read(Bytes bytes) throws IOException {
        return GgufReader.read(written(bytes));
    }

    private Path written(Bytes bytes) throws IOException {
        return Files.write(folder.resolve("file.gguf"), bytes.toByteArray());
    }

    private static Bytes header(long tensors, long keys) {
        return new Bytes().magic().u32(3).u64(tensors).u64(keys);
    }

    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes magic() {
            return text("GGUF");
        }

        Bytes text(String ascii) {
            out.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        Bytes string(String ascii) {
            return u64(ascii.length()).text(ascii);
        }

        Bytes u8(int value) {
            out.write(value);
            return this;
        }

        Bytes u32(int value) {
            for (int i = 0; i < 4; i++) {
                out.write(value >>> (8 * i));
            }
            return this;
        }

        Bytes u64(long value) {
            return u32((int) value).u32((int) (value >>> 32));
        }

        Bytes zeros(int count) {
            out.writeBytes(new byte[count]);
            return this;
        }

        Bytes tensor(String name, int type, long offset, long... shape) {
            string(name).u32(shape.length);
            for (long size : shape) {
                u64(size);
            }
            return u32(type).u64(offset);
        }

        int size() {
            return out.size();
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
