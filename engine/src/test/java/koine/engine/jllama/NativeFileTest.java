package koine.engine.jllama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFileTest {
    @TempDir
    Path folder;

    private final String name = System.mapLibraryName("jllama");

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void what_a_killed_program_has_left_is_swept_and_what_another_writes_is_not() throws IOException {
        String running =
                name + "." + ProcessHandle.current().parent().orElseThrow().pid() + ".tmp";
        for (String left : List.of(name + ".999999999999.tmp", running)) {
            Files.writeString(folder.resolve(left), "half");
        }
        NativeFile.unpack(folder.resolve(name));
        assertTrue(NativeFile.isUnpacked(folder.resolve(name)));
        assertEquals(new TreeSet<>(Set.of(name, running)), files());
    }

    @Test
    void a_move_that_fails_is_told_unless_another_program_has_unpacked_it() throws IOException {
        Path library = folder.resolve(name);
        Files.createDirectories(library.resolve("in the way")); // nothing can be moved there
        assertThrows(IOException.class, () -> NativeFile.unpack(library));
        assertEquals(Set.of(name), files());
    }

    /** The library's jar has none. */
    @Test
    void its_licences_come_with_the_program() throws IOException {
        String text = text("LICENSE.txt");
        for (String notice : List.of(
                "Copyright (c) 2023 Konstantin Herud",
                "Copyright (c) 2023-2024 The ggml authors",
                "Niels Lohmann",
                "Copyright 2007 Taro L. Saito")) {
            assertTrue(text.contains(notice), notice);
        }
        assertTrue(text.contains("The above copyright notice and this permission notice shall be included"));
        assertTrue(text("LICENSE-Apache-2.0.txt")
                .contains("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"));
    }

    private static String text(String name) throws IOException {
        try (InputStream in = NativeFile.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
