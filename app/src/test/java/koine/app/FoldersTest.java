package koine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldersTest {
    @TempDir
    Path temp;

    private static Properties system(String os, String arch) {
        Properties properties = new Properties();
        properties.setProperty("os.name", os);
        properties.setProperty("os.arch", arch);
        return properties;
    }

    @Test
    void everything_lies_under_KOINE_HOME_when_that_is_set() {
        Folders folders = Folders.resolve(Map.of("KOINE_HOME", temp.toString()), new Properties());
        assertEquals(temp.toAbsolutePath(), folders.data());
        for (Path folder : new Path[] {folders.models(), folders.runtime(), folders.logs()}) {
            assertTrue(folder.startsWith(temp), folder.toString());
        }
        assertNull(folders.bundle());
    }

    @Test
    void else_in_the_systems_place_for_programs_data() {
        Folders folders = Folders.resolve(Map.of("KOINE_HOME", " "), new Properties());
        assertTrue(folders.data().isAbsolute());
        assertTrue(folders.data().toString().toLowerCase(java.util.Locale.ROOT).contains("koine"));
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x64",
        "Linux, aarch64, linux-arm64",
        "Windows 11, amd64, win-x64",
        "Windows 11, aarch64, win-arm64",
        "Mac OS X, x86_64, mac-x64",
        "Mac OS X, aarch64, mac-arm64-metal"
    })
    void a_pack_is_named_by_system_and_processor(String os, String arch, String platform) {
        assertEquals(platform, NativePacks.platform(system(os, arch)));
    }

    @Test
    void the_newest_pack_of_this_platform_is_taken_and_variants_are_not_mixed_up() throws Exception {
        for (String name : new String[] {
            "linux-x64-3.9.1",
            "linux-x64-3.22.1",
            "linux-x64-vulkan-4.0.0",
            "linux-arm64-5.0.0",
            "linux-x64-3.22",
            "notes"
        }) {
            Files.createDirectories(temp.resolve("packs").resolve(name));
        }
        Files.writeString(temp.resolve("packs").resolve("linux-x64-9.9.9"), "a file is no pack");
        assertEquals(
                "linux-x64-3.22.1",
                String.valueOf(
                        new NativePacks(temp, system("Linux", "amd64")).newest().getFileName()));
    }

    @Test
    void a_computer_without_a_pack_is_a_problem() throws IOException {
        Files.createDirectories(temp.resolve("packs").resolve("linux-x64-3.22.1"));
        for (NativePacks packs : new NativePacks[] {
            new NativePacks(temp, system("Windows 11", "amd64")),
            new NativePacks(null, system("Linux", "amd64")),
            new NativePacks(temp.resolve("nowhere"), system("Linux", "amd64"))
        }) {
            assertEquals(
                    "KOINE-A110", assertThrows(Problem.class, packs::newest).code());
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "ar_EG.UTF-8, -, hi_IN, ARABIC",
                "-, hi_IN.UTF-8, ar_SA, HINDI",
                "-, -, ar_SA.UTF-8@variant, ARABIC",
                "C, -, ar_SA, ENGLISH",
                "-, -, de_DE.UTF-8, ENGLISH"
            })
    void the_systems_language_is_found_as_posix_has_it(String all, String messages, String lang, UiLanguage expected) {
        Map<String, String> environment = new java.util.HashMap<>();
        environment.put("LC_ALL", all == null ? "" : all);
        environment.put("LC_MESSAGES", messages == null ? "" : messages);
        environment.put("LANG", lang);
        assertEquals(expected, SystemLanguage.of(environment, new Properties()));
    }

    @Test
    void without_a_word_of_the_environment_java_is_asked() {
        Properties properties = new Properties();
        properties.setProperty("user.language", "ar");
        assertEquals(UiLanguage.ARABIC, SystemLanguage.of(Map.of(), properties));
    }
}
