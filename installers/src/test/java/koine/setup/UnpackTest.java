package koine.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackTest {
    @TempDir
    Path folder;

    @Test
    void takes_the_wanted_files_of_an_archive_and_no_others() throws IOException {
        Path archive =
                Archives.tgz(folder.resolve("a.tgz"), Map.of("package/one.so", "first", "package/two.txt", "second"));

        Unpack.tgz(archive, folder.resolve("out"), name -> name.endsWith(".so"));

        assertEquals(List.of("package/one.so"), names(folder.resolve("out")));
        assertEquals("first", Files.readString(folder.resolve("out/package/one.so")));
    }

    @Test
    void reads_names_longer_than_a_tar_header_holds() throws IOException {
        String name = "package/" + "long/".repeat(60) + "name-" + "é".repeat(50) + ".txt";
        Path archive = Archives.tgz(folder.resolve("a.tgz"), Map.of(name, "deep"));

        Unpack.tgz(archive, folder.resolve("out"), each -> true);

        assertEquals(List.of(name), names(folder.resolve("out")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.so", "package/../../evil.so", "/tmp/koine-evil.so", "package\\..\\..\\evil.so"})
    void refuses_a_name_that_leads_out_of_the_folder(String name) throws IOException {
        Path tgz = Archives.tgz(folder.resolve("a.tgz"), Map.of(name, "evil"));
        Path zip = Archives.zip(folder.resolve("a.zip"), Map.of(name, "evil"));

        assertThrows(IOException.class, () -> Unpack.tgz(tgz, folder.resolve("out"), each -> true));
        assertThrows(IOException.class, () -> Unpack.zip(zip, folder.resolve("out"), each -> true));

        assertFalse(Files.exists(folder.resolve("evil.so")));
        assertFalse(Files.exists(Path.of("/tmp/koine-evil.so")));
    }

    @Test
    void refuses_a_link_even_when_it_points_inside() throws IOException {
        Path archive = Archives.tgzWithLink(folder.resolve("a.tgz"), "package/link.so", "one.so");

        IOException refused =
                assertThrows(IOException.class, () -> Unpack.tgz(archive, folder.resolve("out"), each -> true));

        assertTrue(refused.toString().contains("package/link.so"));
    }

    @Test
    void refuses_an_archive_that_ends_in_the_middle_of_a_file() throws IOException {
        Path archive = Archives.truncatedTgz(folder.resolve("a.tgz"), "package/one.so", 4096);

        assertThrows(IOException.class, () -> Unpack.tgz(archive, folder.resolve("out"), each -> true));
    }

    private static List<String> names(Path folder) throws IOException {
        return Trees.files(folder).stream()
                .map(file -> Trees.name(folder, file))
                .toList();
    }
}
