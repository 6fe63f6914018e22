package koine.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import koine.i18n.Messages;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelListingTest {
    private static final CatalogueEntry TWO_FILES = entry("two-files", file("q4.gguf"), file("q8.gguf"));
    private static final CatalogueEntry NOT_HERE = entry("not-here", file("other.gguf"));
    private static final CatalogueEntry UNPUBLISHED = entry("unpublished");
    private static final Catalogue CATALOGUE = new Catalogue(List.of(TWO_FILES, NOT_HERE, UNPUBLISHED));

    @Test
    void the_catalogue_comes_first_then_files_of_ones_own() {
        List<ModelListing> listings = ModelListing.of(
                CATALOGUE, List.of(installed("mine", "mine.gguf", null), installed("two-files", "Q8.gguf", TWO_FILES)));

        assertEquals(
                List.of("two-files INSTALLED", "not-here AVAILABLE", "unpublished UNAVAILABLE", "mine YOURS"),
                listings.stream().map(one -> one.id() + " " + one.status()).toList());
    }

    @Test
    void the_json_has_the_documented_fields_and_unknown_ones_are_null() {
        String json = ModelListing.toJson(ModelListing.of(
                CATALOGUE,
                List.of(installed("two-files", "q8.gguf", TWO_FILES), installed("mine", "mine.gguf", null))));
        JsonArray list = JsonParser.parseString(json).getAsJsonArray();
        JsonObject known = list.get(0).getAsJsonObject();
        JsonObject own = list.get(3).getAsJsonObject();

        assertEquals(
                List.of("id", "system", "maker", "country", "languages", "architecture", "license", "status", "files"),
                List.copyOf(known.keySet()));
        assertEquals("installed", known.get("status").getAsString());
        JsonObject file = known.getAsJsonArray("files").get(0).getAsJsonObject();
        assertEquals(
                List.of("name", "quantization", "bytes", "sha256", "sources", "installedAs"),
                List.copyOf(file.keySet()));
        assertTrue(file.get("installedAs").isJsonNull(), "only the other file is installed");
        assertEquals(
                "two-files",
                known.getAsJsonArray("files")
                        .get(1)
                        .getAsJsonObject()
                        .get("installedAs")
                        .getAsString());
        assertEquals("yours", own.get("status").getAsString());
        assertTrue(own.get("maker").isJsonNull());
        assertEquals(known.keySet(), own.keySet());
    }

    @ParameterizedTest
    @EnumSource(UiLanguage.class)
    void every_status_has_its_word_in_every_language(UiLanguage language) {
        Messages messages = Messages.of(language);
        for (ModelListing.Status status : ModelListing.Status.values()) {
            assertTrue(messages.text("models.status." + status.name().toLowerCase(Locale.ROOT))
                            .length()
                    > 2);
        }
    }

    private static CatalogueEntry entry(String id, CatalogueEntry.ModelFile... files) {
        return new CatalogueEntry(
                id, "System", "Maker", "JP", List.of("ja"), "llama", "MIT", List.of(), List.of(files));
    }

    private static CatalogueEntry.ModelFile file(String name) {
        return new CatalogueEntry.ModelFile(name, "Q4_K_M", 7, "0".repeat(64), List.of("bundle:" + name));
    }

    private static InstalledModel installed(String id, String fileName, @Nullable CatalogueEntry entry) {
        return new InstalledModel(
                id, "Name", Path.of("/models", fileName), 7, "llama", "Q4_K_M", List.of(), 4096, entry);
    }
}
