package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the texts of all languages and the sources of all modules together. With {@code -Dkoine.release=true} nothing
 * may be pending.
 */
class TextsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String MESSAGES = "i18n/src/main/resources/koine/i18n/messages/";
    private static final Set<String> TEXT_FILES = Set.of(
            "java",
            "properties",
            "css",
            "sql",
            "md",
            "json",
            "txt",
            "xml",
            "cmd",
            "sh",
            "yml",
            "options",
            "c",
            "h",
            "cpp",
            "jinja",
            "koine",
            "check",
            "run",
            "build");

    private static final BundleFile ENGLISH = read(MESSAGES + "en.properties");
    private static final BundleCheck CHECK =
            new BundleCheck(ENGLISH, read(MESSAGES + "pending.txt"), Boolean.getBoolean("koine.release"));

    @BeforeAll
    static void the_tests_run_in_the_folder_of_their_module() {
        assertTrue(Files.exists(ROOT.resolve("pom.xml")), "no project at " + ROOT);
    }

    @Test
    void english_is_well_formed_with_its_own_plurals() {
        Finding.assertNone(CHECK.checkEnglish());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ENGLISH")
    void every_language_says_what_english_says_with_the_same_arguments_and_its_own_plurals(UiLanguage language) {
        BundleFile translation = read(MESSAGES + language.tag() + ".properties");
        Finding.assertNone(CHECK.check(translation, language.tag()));
    }

    @Test
    void every_text_the_program_asks_for_exists_and_gets_its_arguments() throws IOException {
        Finding.assertNone(programs().check(ENGLISH));
    }

    @Test
    void every_problem_stands_in_the_table_of_codes_and_no_other() throws IOException {
        Set<String> documented = Pattern.compile("^\\| (KOINE-[A-Z][0-9]{3}) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(ROOT.resolve("docs/cli.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> said = Messages.read(UiLanguage.ENGLISH).stringPropertyNames().stream()
                .filter(key -> key.startsWith("problem.KOINE-"))
                .map(key -> key.substring("problem.".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(said, documented, "the codes of docs/cli.md");
    }

    @Test
    void every_text_is_asked_for_somewhere() throws IOException {
        Finding.assertNone(programs().unused(ENGLISH));
    }

    @Test
    void all_files_are_clean_text() throws IOException {
        List<Finding> findings = new ArrayList<>();
        int files = 0;
        for (Path file : filesOf(ROOT, TEXT_FILES)) {
            files++;
            findings.addAll(CleanText.check(ROOT.relativize(file).toString(), Files.readAllBytes(file)));
        }
        assertTrue(files > 20, "only " + files + " files found under " + ROOT);
        Finding.assertNone(findings);
    }

    private static KeyUse programs() throws IOException {
        List<File> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.map(m -> m.resolve("src/main/java")).toList()) {
                if (Files.isDirectory(module)) {
                    filesOf(module, Set.of("java")).forEach(file -> sources.add(file.toFile()));
                }
            }
        }
        try (StandardJavaFileManager files =
                ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
            return KeyUse.in(files.getJavaFileObjectsFromFiles(sources));
        }
    }

    private static List<Path> filesOf(Path folder, Set<String> endings) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> isOurs(folder.relativize(file)))
                    .filter(file -> {
                        String name = file.getFileName().toString();
                        return endings.contains(name.substring(name.lastIndexOf('.') + 1));
                    })
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    /** Not what the build makes, and not what begins with a dot. */
    private static boolean isOurs(Path relative) {
        for (Path part : relative) {
            if (part.toString().equals("target") || part.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }

    private static BundleFile read(String file) {
        try {
            return BundleFile.parse(file, Files.readString(ROOT.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
