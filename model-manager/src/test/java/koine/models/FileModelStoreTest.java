package koine.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import koine.gguf.GgufType;
import koine.gguf.GgufValue;
import koine.gguf.GgufWriter;
import koine.gguf.TinyAdapter;
import koine.gguf.TinyModel;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real folders under a name with spaces and Arabic, as on many a computer. */
class FileModelStoreTest {
    @TempDir
    Path temporary;

    private Path bundled;
    private Path own;
    private FileModelStore store;

    @BeforeEach
    void folders() throws IOException {
        Path home = Files.createDirectories(temporary.resolve("مجلد المستخدم with spaces"));
        bundled = Files.createDirectories(home.resolve("bundle"));
        own = Files.createDirectories(home.resolve("نماذج"));
        store = new FileModelStore(Catalogue.builtIn(), bundled, own);
    }

    @Nested
    class Listing {
        @Test
        void folders_that_are_not_there_hold_no_models() {
            FileModelStore none = new FileModelStore(Catalogue.builtIn(), null, own.resolve("missing"));
            assertEquals(List.of(), none.installed());
        }

        @Test
        void a_file_says_what_it_is() throws IOException {
            new GgufWriter()
                    .put("general.architecture", "gemma3")
                    .put("general.name", "नमस्ते 1B")
                    .put("general.file_type", GgufValue.uint32(15))
                    .put("general.languages", GgufValue.texts(List.of("hi", "not a tag!")))
                    .put("gemma3.context_length", GgufValue.uint32(4096))
                    .tensor("t", List.of(4L), new float[4])
                    .write(own.resolve("Namaste 1B.Q4_K_M.gguf"));
            InstalledModel model = store.installed().getFirst();

            assertEquals("Namaste 1B.Q4_K_M", model.id());
            assertEquals("नमस्ते 1B", model.name());
            assertEquals("gemma3", model.architecture());
            assertEquals("Q4_K_M", model.quantization());
            assertEquals(List.of("hi"), model.languages());
            assertEquals(4096, model.contextTokens());
            assertEquals(Files.size(model.path()), model.bytes());
            assertNull(model.entry());
        }

        @Test
        void a_file_without_a_name_of_its_own_is_called_as_the_file() throws IOException {
            model(own.resolve("نموذج عربي.GGUF"), null);
            InstalledModel model = store.installed().getFirst();

            assertEquals("نموذج عربي", model.id());
            assertEquals("نموذج عربي", model.name());
        }

        @Test
        void hidden_partial_and_foreign_files_are_left_out() throws IOException {
            model(own.resolve(".hidden.gguf"), null);
            model(own.resolve("download.gguf.part"), null);
            Files.writeString(own.resolve("broken.gguf"), "GGUF and then nothing");
            Files.writeString(own.resolve("readme.txt"), "text");
            Files.createDirectory(own.resolve("folder.gguf"));
            Files.writeString(own.resolve(".gguf"), "");
            model(own.resolve("good.gguf"), null);

            assertEquals(List.of("good"), ids());
        }

        @Test
        void what_belongs_to_a_model_but_is_none_is_left_out() throws IOException {
            new GgufWriter()
                    .put("general.architecture", "llama")
                    .put("general.type", "adapter")
                    .tensor("t", List.of(1L), new float[1])
                    .write(own.resolve("lora.gguf"));
            new GgufWriter()
                    .put("general.architecture", "clip")
                    .put("general.type", "mmproj")
                    .tensor("t", List.of(1L), new float[1])
                    .write(own.resolve("mmproj.gguf"));
            new GgufWriter().put("general.architecture", "llama").write(own.resolve("vocabulary.gguf"));
            new GgufWriter().tensor("t", List.of(1L), new float[1]).write(own.resolve("no-architecture.gguf"));

            assertEquals(List.of(), ids());
        }

        @Test
        void a_link_counts_as_the_file_and_the_same_file_is_listed_once() throws IOException {
            Path elsewhere = temporary.resolve("elsewhere.gguf");
            model(elsewhere, null);
            link(own.resolve("link.gguf"), elsewhere);
            link(own.resolve("second link.gguf"), elsewhere);
            link(own.resolve("dangling.gguf"), temporary.resolve("gone.gguf"));

            assertEquals(List.of("link"), ids());
        }

        @Test
        void what_came_with_the_program_is_first_then_by_name() throws IOException {
            model(bundled.resolve("zebra.gguf"), "Zebra");
            model(own.resolve("1.gguf"), "monkey");
            model(own.resolve("2.gguf"), "Ape");

            assertEquals(List.of("zebra", "2", "1"), ids());
        }

        @Test
        void a_file_that_is_added_changed_or_removed_is_noticed() throws IOException {
            assertEquals(List.of(), ids());
            Path file = own.resolve("a.gguf");
            model(file, "One");
            assertEquals("One", store.installed().getFirst().name());
            String longer = "Another ".repeat(10).strip(); // tensor data is aligned, so a letter more changes no length
            model(file, longer);
            assertEquals(longer, store.installed().getFirst().name());
            Files.writeString(file, "no more");
            assertEquals(List.of(), ids());
            model(file, "Again");
            assertEquals(List.of("a"), ids());
            Files.delete(file);
            assertEquals(List.of(), ids());
        }

        @Test
        void an_unchanged_file_is_not_read_again() throws IOException {
            Path file = own.resolve("a.gguf");
            model(file, "Name");
            FileTime changed = Files.getLastModifiedTime(file);
            assertEquals("Name", store.installed().getFirst().name());
            model(file, "Eman"); // as long as before
            Files.setLastModifiedTime(file, changed);

            assertEquals("Name", store.installed().getFirst().name());
        }

        @Test
        void a_real_model_put_into_the_folder_is_installed() throws IOException {
            TinyModel.of("llama").bytes("{{ messages }}", List.of("<|end|>")).write(own.resolve("tiny.gguf"));

            assertEquals(List.of("tiny"), ids());
        }
    }

    @Nested
    class Ids {
        @Test
        void two_files_of_one_name_get_two_ids_the_programs_own_first() throws IOException {
            model(own.resolve("Model.gguf"), "own");
            model(bundled.resolve("model.GGUF"), "bundled");

            assertEquals(List.of("model", "Model~2"), ids());
        }

        @Test
        void a_file_of_ones_own_cannot_take_the_id_of_the_catalogue() throws IOException {
            model(own.resolve("smollm2-135m-instruct.gguf"), null);

            assertEquals(List.of("smollm2-135m-instruct~2"), ids());
            assertNull(store.installed().getFirst().entry());
        }

        @Test
        void a_file_of_the_catalogue_is_known_by_name_and_length() throws IOException {
            Path file = own.resolve("KNOWN.gguf");
            model(file, "what the file says");
            FileModelStore known = store(entry("known-1b", List.of(), file("known.gguf", Files.size(file), "0")));
            InstalledModel model = known.installed().getFirst();

            assertEquals("known-1b", model.id());
            assertEquals("Known", model.name());
            assertEquals(List.of("ar"), model.languages());
            assertEquals("Q9", model.quantization());
        }

        @Test
        void a_second_file_of_the_same_catalogue_model_is_called_as_its_file() throws IOException {
            model(own.resolve("known-q4.gguf"), null);
            model(own.resolve("known-q8.gguf"), "longer than the other ".repeat(4));
            FileModelStore known = store(entry(
                    "known-1b",
                    List.of(),
                    file("known-q4.gguf", Files.size(own.resolve("known-q4.gguf")), "0"),
                    file("known-q8.gguf", Files.size(own.resolve("known-q8.gguf")), "1")));

            assertEquals(
                    List.of("known-1b", "known-q8"),
                    known.installed().stream().map(InstalledModel::id).toList());
        }
    }

    @Nested
    class SplitModels {
        @Test
        void a_model_in_parts_is_one_model() throws IOException {
            part(1, 3, 3);
            part(2, 3, 3);
            Path last = part(3, 3, 3);
            InstalledModel model = store.installed().getFirst();

            assertEquals(List.of("big"), ids());
            assertTrue(model.path().toString().endsWith("big-00001-of-00003.gguf"));
            assertEquals(Files.size(model.path()) + 2 * Files.size(last), model.bytes());
        }

        @Test
        void with_a_part_missing_it_is_left_out_and_says_so_when_asked_for() throws IOException {
            part(1, 3, 3);
            part(3, 3, 3);

            assertEquals(List.of(), ids());
            assertM102("incomplete", own.resolve("big-00001-of-00003.gguf"));
        }

        @Test
        void a_later_part_is_no_model_by_itself() throws IOException {
            part(1, 2, 2);
            part(2, 2, 2);

            assertM102("part", own.resolve("big-00002-of-00002.gguf"));
        }

        @Test
        void a_part_that_was_renamed_is_left_out() throws IOException {
            Files.move(part(1, 2, 2), own.resolve("renamed.gguf"));
            part(2, 2, 2);

            assertEquals(List.of(), ids());
            assertM102("incomplete", own.resolve("renamed.gguf"));
        }

        private Path part(int number, int ofName, int ofFile) throws IOException {
            Path file = own.resolve("big-0000" + number + "-of-0000" + ofName + ".gguf");
            GgufWriter writer = new GgufWriter();
            if (number == 1) {
                writer.put("general.architecture", "llama");
            }
            writer.put("split.no", new GgufValue.Int(GgufType.UINT16, number - 1))
                    .put("split.count", new GgufValue.Int(GgufType.UINT16, ofFile))
                    .tensor("t" + number, List.of(4L), new float[4])
                    .write(file);
            return file;
        }
    }

    @Nested
    class Resolving {
        @ParameterizedTest
        @ValueSource(strings = {"My Model.Q8", "my model.q8", " My Model.Q8 ", "My Model.Q8.gguf", "my model.q8.GGUF"})
        void by_id_or_file_name_in_any_case(String name) throws Exception {
            model(own.resolve("My Model.Q8.gguf"), null);

            assertEquals("My Model.Q8", store.resolve(name).id());
        }

        @Test
        void by_a_name_whose_accents_are_written_in_another_way() throws Exception {
            model(own.resolve("Cafe\u0301.gguf"), null);

            assertEquals("Caf\u00e9", store.resolve("Caf\u00e9").id());
            assertEquals("Caf\u00e9", store.resolve("Cafe\u0301").id());
        }

        @Test
        void by_a_path_with_spaces_and_arabic_outside_the_folders() throws Exception {
            Path file = temporary.resolve("ملفات أخرى").resolve("my file.gguf");
            Files.createDirectories(file.getParent());
            model(file, null);
            InstalledModel model = store.resolve(file.toString());

            assertEquals("my file", model.id());
            assertEquals(file.toAbsolutePath(), model.path());
            assertEquals(List.of(), ids(), "naming a file does not install it");
        }

        @Test
        void by_a_path_relative_to_the_working_folder() throws Exception {
            Path file = temporary.resolve("relative.gguf");
            model(file, null);
            Path here = Path.of("").toAbsolutePath();
            assumeTrue(here.getRoot().equals(file.getRoot()), "another drive");

            assertEquals(
                    file.toRealPath(),
                    store.resolve(here.relativize(file.toAbsolutePath()).toString())
                            .path()
                            .toRealPath());
        }

        @Test
        void by_a_path_from_the_home_folder() {
            assertEquals(Path.of(System.getProperty("user.home")), UserPath.of("~"));
            assertEquals(
                    Path.of(System.getProperty("user.home"), "my models", "a.gguf"), UserPath.of("~/my models/a.gguf"));
            assertEquals("~a.gguf", UserPath.of("~a.gguf").getFileName().toString());
        }

        @Test
        void a_path_to_a_file_of_the_folders_is_the_installed_model() throws Exception {
            model(own.resolve("a.gguf"), null);
            model(bundled.resolve("a.gguf"), null);

            assertEquals("a~2", store.resolve(own.resolve("a.gguf").toString()).id());
        }

        @Test
        void a_file_outside_does_not_take_the_id_of_an_installed_one() throws Exception {
            model(own.resolve("a.gguf"), "inside");
            Path outside = temporary.resolve("a.gguf");
            model(outside, "outside");
            InstalledModel model = store.resolve(outside.toString());

            assertEquals("a~2", model.id());
            assertEquals("outside", model.name());
        }

        @Test
        void a_name_that_is_none_brings_the_nearest() throws IOException {
            model(own.resolve("mistral-7b.gguf"), null);
            model(own.resolve("falcon-h1-7b.gguf"), null);
            model(own.resolve("falcon-h1-3b.gguf"), null);
            model(own.resolve("qwen.gguf"), null);
            Problem problem = problem("falcon-h1-8b");

            assertEquals("KOINE-M101", problem.code());
            assertEquals(
                    "There is no model called “falcon-h1-8b” on this computer. "
                            + "The nearest are falcon-h1-3b, falcon-h1-7b and mistral-7b.",
                    Messages.of(UiLanguage.ENGLISH).text(problem));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "  ", "gpt", "/no/such/file.gguf", "a\u0000b", ".", "..", "~"})
        void what_names_no_file_is_no_model(String name) {
            assertEquals("KOINE-M101", problem(name).code());
        }

        @Test
        void a_file_that_is_no_model_is_told_apart_from_no_file() throws IOException {
            Path file = Files.writeString(own.resolve("letter.gguf"), "Dear reader");
            assertM102("unreadable", file);
        }

        @Test
        void a_file_that_may_not_be_read_says_so() throws IOException {
            Path file = own.resolve("secret.gguf");
            model(file, null);
            assumeTrue(file.toFile().setReadable(false), "no file rights here");
            assumeFalse(Files.isReadable(file), "whoever runs this may read every file");

            assertM102("denied", file);
        }

        @ParameterizedTest
        @EnumSource(UiLanguage.class)
        void every_problem_has_its_sentence_in_every_language(UiLanguage language) throws IOException {
            Messages messages = Messages.of(language);
            for (int models = 0; models < 4; models++) {
                Problem problem = problem("x");
                assertFalse(messages.text(problem).contains("{"), messages.text(problem));
                model(own.resolve("m" + models + ".gguf"), null);
            }
            for (NotAModelException.Reason reason : NotAModelException.Reason.values()) {
                String text =
                        messages.text(new Problem("KOINE-M102", Map.of("file", "f.gguf", "reason", reason.keyword())));
                assertTrue(text.contains("f.gguf"), text);
            }
            String none = messages.text(new Problem("KOINE-M103", Map.of("folder", "/f")));
            assertTrue(none.contains("/f"), none);
        }
    }

    @Nested
    class Preferred {
        @Test
        void without_any_model_the_problem_names_the_folder() {
            Problem problem = assertThrows(Problem.class, () -> store.preferred());

            assertEquals("KOINE-M103", problem.code());
            assertEquals(own.toString(), problem.arguments().get("folder"));
        }

        @Test
        void what_a_person_has_added_goes_before_the_starter() throws Exception {
            Path starter = bundled.resolve("starter.gguf");
            chatModel(starter);
            FileModelStore known = store(
                    entry("starter", List.of("models.note.starter"), file("starter.gguf", Files.size(starter), "0")));

            assertEquals("starter", known.preferred().id());
            model(own.resolve("base.gguf"), null);
            assertEquals("starter", known.preferred().id(), "a model that cannot chat does not take its place");
            chatModel(own.resolve("my own.gguf"));
            assertEquals("my own", known.preferred().id());
        }

        @Test
        void a_model_that_is_not_made_for_chat_is_better_than_none() throws Exception {
            model(own.resolve("base.gguf"), null);

            assertEquals("base", store.preferred().id());
        }
    }

    @Nested
    class Verifying {
        @Test
        void the_content_decides_and_not_the_name() throws IOException {
            Path file = own.resolve("known.gguf");
            model(file, "true");
            CatalogueEntry.ModelFile known = file("known.gguf", Files.size(file), Sha256.of(file));
            FileModelStore store = store(entry("known-1b", List.of(), known));
            InstalledModel model = store.installed().getFirst();

            assertEquals(FileModelStore.Verification.GENUINE, store.verify(model));
            model(file, "fake");
            assertEquals(FileModelStore.Verification.ALTERED, store.verify(model));
            model(file, "of another length " + "x".repeat(64));
            assertEquals(FileModelStore.Verification.ALTERED, store.verify(model));
        }

        @Test
        void of_a_file_of_ones_own_nothing_is_known() throws IOException {
            model(own.resolve("mine.gguf"), null);

            assertEquals(
                    FileModelStore.Verification.UNKNOWN,
                    store.verify(store.installed().getFirst()));
        }

        @Test
        void the_starter_that_was_fetched_is_the_one_of_the_catalogue() throws Exception {
            Path models = Path.of(System.getProperty("koine.bundle", ""), "models");
            assumeTrue(Files.exists(models.resolve("SmolLM2-135M-Instruct.Q4_1.gguf")), "the starter is not there");
            FileModelStore real = new FileModelStore(Catalogue.builtIn(), models, own);
            InstalledModel starter = real.preferred();

            assertEquals("smollm2-135m-instruct", starter.id());
            assertEquals("SmolLM2", starter.name());
            assertEquals("llama", starter.architecture());
            assertEquals(8192, starter.contextTokens());
            assertEquals(FileModelStore.Verification.GENUINE, real.verify(starter));
        }
    }

    private List<String> ids() {
        return store.installed().stream().map(InstalledModel::id).toList();
    }

    private Problem problem(String name) {
        return assertThrows(Problem.class, () -> store.resolve(name));
    }

    private void assertM102(String reason, Path file) {
        Problem problem = problem(file.toString());
        assertEquals("KOINE-M102", problem.code());
        assertEquals(Map.of("file", file.getFileName().toString(), "reason", reason), problem.arguments());
    }

    private FileModelStore store(CatalogueEntry entry) {
        return new FileModelStore(new Catalogue(List.of(entry)), bundled, own);
    }

    private static CatalogueEntry entry(String id, List<String> notes, CatalogueEntry.ModelFile... files) {
        return new CatalogueEntry(id, "Known", "Maker", "SA", List.of("ar"), "llama", "MIT", notes, List.of(files));
    }

    private static CatalogueEntry.ModelFile file(String name, long bytes, String sha256) {
        return new CatalogueEntry.ModelFile(name, "Q9", bytes, sha256, List.of("bundle:" + name));
    }

    private static void model(Path file, @Nullable String name) throws IOException {
        GgufWriter writer = new GgufWriter().put("general.architecture", "llama");
        Optional.ofNullable(name).ifPresent(text -> writer.put("general.name", text));
        writer.tensor("t", List.of(1L), new float[1]).write(file);
    }

    private static void chatModel(Path file) throws IOException {
        new GgufWriter()
                .put("general.architecture", "llama")
                .put("tokenizer.chat_template", "{{ messages }}")
                .tensor("t", List.of(1L), new float[1])
                .write(file);
    }

    private static void link(Path link, Path target) throws IOException {
        try {
            Files.createSymbolicLink(link, target);
        } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
            assumeTrue(false, "no symbolic links here: " + e.getMessage());
        }
    }

    @Nested
    class Adapters {
        private Path adapter(Path file, @Nullable String name) throws IOException {
            TinyAdapter adapter = TinyAdapter.of("qwen3")
                    .put("general.languages", GgufValue.texts(List.of("mr", "not a tag!")))
                    .put("general.base_model.0.name", GgufValue.text("Qwen3 4B"))
                    .change("blk.0.ffn_up.weight", 4, 6, 2, new float[8], new float[12]);
            if (name != null) {
                adapter.put("general.name", GgufValue.text(name));
            }
            adapter.write(file);
            return file;
        }

        @Test
        void are_listed_apart_and_are_no_models() throws IOException, Problem {
            adapter(own.resolve("कथा.gguf"), "Stories");
            adapter(bundled.resolve("bundled.gguf"), null);
            model(own.resolve("good.gguf"), null);

            assertEquals(List.of("good"), ids());
            List<InstalledAdapter> adapters = store.adapters();
            assertEquals(
                    List.of("bundled", "कथा"),
                    adapters.stream().map(InstalledAdapter::id).toList());
            InstalledAdapter stories = adapters.getLast();
            assertEquals("Stories", stories.name());
            assertEquals(List.of("mr"), stories.languages());
            assertEquals(Files.size(stories.path()), stories.bytes());
            assertEquals(2, stories.facts().rank());
            assertEquals("bundled", adapters.getFirst().name(), "of a file without a name its own");
            assertEquals("good", store.preferred().id());
        }

        @Test
        void are_found_by_id_by_file_and_by_path_also_outside() throws IOException, Problem {
            Path inside = adapter(own.resolve("stories.gguf"), "Stories");
            Path outside = adapter(temporary.resolve("elsewhere.gguf"), null);

            assertEquals("stories", store.adapter("Stories").id());
            assertEquals("stories", store.adapter("stories.gguf").id());
            assertEquals("stories", store.adapter(inside.toString()).id());
            InstalledAdapter found = store.adapter(outside.toString());
            assertEquals(outside.toString(), found.id(), "its path names it again");
            assertEquals(outside.toString(), store.adapter(found.id()).id());
        }

        @Test
        void are_told_apart_from_models_by_whoever_asks_for_one_as_the_other() throws IOException {
            Path adapter = adapter(own.resolve("stories.gguf"), null);
            Path model = own.resolve("good.gguf");
            model(model, null);
            for (String named : List.of("stories", "STORIES.gguf", adapter.toString())) {
                Problem asModel = assertThrows(Problem.class, () -> store.resolve(named));
                assertEquals("KOINE-M102", asModel.code());
                assertEquals(Map.of("file", "stories.gguf", "reason", "adapter"), asModel.arguments());
            }
            Problem asAdapter = assertThrows(Problem.class, () -> store.adapter(model.toString()));
            assertEquals("KOINE-M105", asAdapter.code());
            assertEquals("model", asAdapter.arguments().get("reason"));
            Path text = Files.writeString(temporary.resolve("text.gguf"), "no GGUF at all");
            Problem unreadable = assertThrows(Problem.class, () -> store.adapter(text.toString()));
            assertEquals("other", unreadable.arguments().get("reason"));
            for (UiLanguage language : UiLanguage.values()) {
                for (Problem problem : List.of(asAdapter, unreadable)) {
                    assertFalse(Messages.of(language).text(problem).contains("{"));
                }
            }
        }

        @Test
        void that_are_not_there_are_said_to_be_missing_with_the_nearest() throws IOException {
            Problem none = missing("stories");
            assertEquals("none", none.arguments().get("found"));
            for (UiLanguage language : UiLanguage.values()) {
                String text = Messages.of(language).text(none);
                assertTrue(text.contains(own.toString()), text);
            }
            adapter(own.resolve("stories.gguf"), null);
            assertEquals("stories", missing("storys").arguments().get("nearest"));
            assertEquals("file", missing("/no/such.gguf").arguments().get("found"));
        }

        private Problem missing(String name) {
            Problem problem = assertThrows(Problem.class, () -> store.adapter(name));
            assertEquals("KOINE-M104", problem.code());
            return problem;
        }
    }
}
