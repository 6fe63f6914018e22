package koine.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import koine.i18n.Messages;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CatalogueTest {
    private static final String FILE = """
            {"name": "A.gguf", "quantization": "Q4_K_M", "bytes": 5, "sha256": "%s", "sources": ["hf:maker/A@0/A.gguf"]}""".formatted("a".repeat(64));
    private static final String MODEL = """
            {"id": "a-1b", "system": "A", "maker": "M", "country": "JP", "languages": ["ja", "zh-Hant"],
             "architecture": "llama", "license": "MIT", "notes": [], "files": [%s]}""".formatted(FILE);
    private static final String CATALOGUE = "{\"format\": 1, \"models\": [" + MODEL + "]}";

    @Test
    void the_built_in_catalogue_holds_the_starter_model() {
        CatalogueEntry starter = Catalogue.builtIn().entries().getFirst();

        assertEquals("smollm2-135m-instruct", starter.id());
        assertEquals(List.of("en"), starter.languages());
        assertEquals(98_362_432, starter.files().getFirst().bytes());
    }

    @ParameterizedTest
    @EnumSource(UiLanguage.class)
    void every_remark_of_the_built_in_catalogue_is_written_in_every_language(UiLanguage language) {
        Messages messages = Messages.of(language);
        for (CatalogueEntry entry : Catalogue.builtIn().entries()) {
            for (String note : entry.notes()) {
                assertTrue(messages.text(note).length() > 10, note);
            }
        }
    }

    @Test
    void a_catalogue_is_read_whole() throws IOException {
        CatalogueEntry entry = read(CATALOGUE).entries().getFirst();

        assertEquals("a-1b", entry.id());
        assertEquals("A", entry.system());
        assertEquals("M", entry.maker());
        assertEquals("JP", entry.country());
        assertEquals(List.of("ja", "zh-Hant"), entry.languages());
        assertEquals("llama", entry.architecture());
        assertEquals("MIT", entry.license());
        assertEquals(List.of(), entry.notes());
        assertEquals(
                List.of(new CatalogueEntry.ModelFile(
                        "A.gguf", "Q4_K_M", 5, "a".repeat(64), List.of("hf:maker/A@0/A.gguf"))),
                entry.files());
    }

    @Test
    void a_model_whose_makers_have_published_no_file_has_its_place() throws IOException {
        assertEquals(
                List.of(),
                read(CATALOGUE.replace(FILE, "")).entries().getFirst().files());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format\": 1|\"format\": 2|format 2 is not known",
                "\"format\": 1|\"format\": \"1\"|no number, at $.format",
                "\"id\": \"a-1b\",||missing field id",
                "\"maker\": \"M\"|\"makr\": \"M\"|unknown field makr",
                "\"maker\": \"M\"|\"maker\": \"M\", \"maker\": \"N\"|field maker stands twice",
                "\"maker\": \"M\"|\"maker\": \" \"|an empty text",
                "\"maker\": \"M\"|\"maker\": 7|no text",
                "\"maker\": \"M\"|\"maker\": null|no text",
                "\"a-1b\"|\"A 1b\"|is not of the form",
                "\"JP\"|\"XZ\"|no ISO 3166-1 country",
                "\"ja\"|\"Japanese!\"|no BCP 47 language",
                "\"bytes\": 5|\"bytes\": 0|0 is not above zero",
                "\"bytes\": 5|\"bytes\": 5.5|not a catalogue",
                "aaaa\"|AAAA\"|is not of the form",
                "\"A.gguf\"|\"../A.gguf\"|is not of the form",
                "\"A.gguf\"|\"A.bin\"|is not of the form",
                "\"hf:maker/A@0/A.gguf\"|\"A.gguf\"|is not of the form",
                "]}|]} {}|not a catalogue",
                "\"models\": [|\"models\": {|not a catalogue"
            })
    void a_catalogue_that_is_not_understood_is_refused_with_the_place(
            String part, @Nullable String other, String reason) {
        assertTrue(CATALOGUE.contains(part), part);
        int at = CATALOGUE.lastIndexOf(part);
        String broken =
                CATALOGUE.substring(0, at) + (other == null ? "" : other) + CATALOGUE.substring(at + part.length());
        CatalogueException refusal = assertThrows(CatalogueException.class, () -> read(broken));
        assertTrue(String.valueOf(refusal.getMessage()).contains(reason), refusal.getMessage());
    }

    @Test
    void two_models_with_one_id_or_two_files_that_look_the_same_are_refused() {
        String twice = CATALOGUE.replace(MODEL, MODEL + "," + MODEL);
        assertThrows(CatalogueException.class, () -> read(twice));
        String sameFile = CATALOGUE.replace(MODEL, MODEL + "," + MODEL.replace("a-1b", "b-1b"));
        CatalogueException refusal = assertThrows(CatalogueException.class, () -> read(sameFile));
        assertEquals("two files A.gguf of the same length", refusal.getMessage());
    }

    private static Catalogue read(String json) throws CatalogueException {
        return Catalogue.read(new StringReader(json));
    }
}
