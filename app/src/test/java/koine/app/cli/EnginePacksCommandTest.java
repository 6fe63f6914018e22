package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import koine.app.chat.ScriptedEngines;
import koine.engine.packs.Pack;
import koine.engine.packs.PackManifest;
import koine.engine.packs.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnginePacksCommandTest {
    @TempDir
    Path home;

    private static final List<Pack> KNOWN = PackManifest.builtIn().packs().stream()
            .filter(pack -> pack.platform().equals(Platform.of(System.getProperties())))
            .toList();

    /** One that did not come with the program, as those for graphics cards. */
    private static Pack another() {
        Optional<Pack> other = KNOWN.stream().filter(pack -> !isBundled(pack)).findFirst();
        assumeTrue(other.isPresent(), "for this platform there is one pack only");
        return other.orElseThrow();
    }

    private static boolean isBundled(Pack pack) {
        return Files.isDirectory(Path.of(System.getProperty("koine.bundle"), "packs", pack.folderName()));
    }

    private CommandLineRun line() {
        return new CommandLineRun(home, ScriptedEngines.saying("nothing"));
    }

    private JsonObject pack(String id, String... options) throws IOException {
        CommandLineRun run = line();
        String[] arguments = new String[options.length + 4];
        System.arraycopy(new String[] {"engine", "packs", "list", "--json"}, 0, arguments, 0, 4);
        System.arraycopy(options, 0, arguments, 4, options.length);
        assertEquals(0, run.run(arguments), run.err());
        for (var each : run.json().getAsJsonArray()) {
            if (each.getAsJsonObject().get("id").getAsString().equals(id)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError("no " + id + " in " + run.out());
    }

    @Test
    void the_packs_for_this_computer_are_listed_with_what_it_takes_to_get_them() throws IOException {
        assertTrue(KNOWN.stream().anyMatch(EnginePacksCommandTest::isBundled));
        for (Pack pack : KNOWN) {
            JsonObject shown = pack(pack.id());
            assertEquals(
                    isBundled(pack) ? "bundled" : "available",
                    shown.get("state").getAsString());
            assertEquals(pack.bytes(), shown.get("bytes").getAsLong());
            assertEquals(pack.sha512(), shown.get("sha512").getAsString());
            assertEquals(pack.archiveName(), shown.get("archive").getAsString());
            assertEquals(pack.needs().size(), shown.getAsJsonArray("needs").size());
            assertEquals(isBundled(pack), !shown.get("folder").isJsonNull());
        }
    }

    @Test
    void an_installed_one_is_told_whole_or_damaged_when_asked_and_can_be_removed() throws IOException {
        String id = another().id();
        Path place =
                Files.createDirectories(home.resolve("packs").resolve(another().folderName()));
        Files.writeString(place.resolve("libllama.so"), "not what it was");
        assertEquals("installed", pack(id).get("state").getAsString());
        assertEquals(place.toString(), pack(id).get("folder").getAsString());
        assertEquals("damaged", pack(id, "--check").get("state").getAsString());

        CommandLineRun run = line();
        assertEquals(0, run.run("engine", "packs", "remove", id), run.err());
        assertTrue(run.out().contains(id), run.out());
        assertFalse(Files.exists(place));
        assertEquals(4, line().run("engine", "packs", "remove", id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "ar", "hi"})
    void what_is_refused_is_said_in_the_persons_language(String language) throws IOException {
        Path other = Files.writeString(home.resolve("other.tgz"), "no pack");
        says("KOINE-P101", 1, language, "import", other.toString());
        says("KOINE-P106", 1, language, "import", home.resolve("none.tgz").toString());
        says("KOINE-P103", 4, language, "install", "vulkan");
        says("KOINE-P103", 4, language, "remove", "vulkan");
        String id = another().id();
        String bundled = KNOWN.stream()
                .filter(EnginePacksCommandTest::isBundled)
                .findFirst()
                .orElseThrow()
                .id();
        says("KOINE-P105", 1, language, "remove", bundled);
        says("KOINE-P104", 4, language, "install", id, "--from", home.toString());
        says("KOINE-P108", 4, language, "remove", id);
        CommandLineRun run = line();
        assertEquals(0, run.run("--language", language, "engine", "packs", "list"), run.err());
        assertTrue(run.out().contains(id), run.out());
        assertFalse(run.out().contains("cli."), run.out());
    }

    private void says(String code, int exit, String language, String... command) {
        CommandLineRun run = line();
        String[] arguments = new String[command.length + 4];
        System.arraycopy(new String[] {"--language", language, "engine", "packs"}, 0, arguments, 0, 4);
        System.arraycopy(command, 0, arguments, 4, command.length);
        assertEquals(exit, run.run(arguments), run.err());
        assertTrue(run.err().contains("(" + code + ")"), run.err());
        assertFalse(run.err().contains("problem."), run.err());
        assertEquals("", run.out());
    }
}
