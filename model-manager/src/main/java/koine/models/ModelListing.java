package koine.models;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.annotations.SerializedName;
import java.util.ArrayList;
import java.util.List;
import koine.models.CatalogueEntry.ModelFile;
import org.jspecify.annotations.Nullable;

/**
 * One line of the list of models: what the catalogue knows, and what else lies on this computer.
 *
 * @param id names the model in commands; of a catalogue model with several files the one that is installed first has it
 * @param maker null for a file the catalogue does not know, as {@code country} and {@code license}
 */
public record ModelListing(
        String id,
        String system,
        @Nullable String maker,
        @Nullable String country,
        List<String> languages,
        String architecture,
        @Nullable String license,
        Status status,
        List<FileListing> files) {

    /** Where a model stands. */
    public enum Status {
        /** Of the catalogue, and on this computer. */
        @SerializedName("installed")
        INSTALLED,
        /** Of the catalogue, to be fetched. */
        @SerializedName("available")
        AVAILABLE,
        /** Of the catalogue, without a file that could be run: its makers have published none. */
        @SerializedName("unavailable")
        UNAVAILABLE,
        /** A file of the user's own. */
        @SerializedName("yours")
        YOURS
    }

    /**
     * @param sha256 null for a file the catalogue does not know
     * @param installedAs id of this very file when it is on this computer, else null
     */
    public record FileListing(
            String name,
            String quantization,
            long bytes,
            @Nullable String sha256,
            List<String> sources,
            @Nullable String installedAs) {}

    /** The catalogue in its order, then the user's own files as the store orders them. */
    public static List<ModelListing> of(Catalogue catalogue, List<InstalledModel> installed) {
        List<ModelListing> listings = new ArrayList<>();
        for (CatalogueEntry entry : catalogue.entries()) {
            listings.add(listing(
                    entry,
                    installed.stream()
                            .filter(model -> entry.equals(model.entry()))
                            .toList()));
        }
        for (InstalledModel model : installed) {
            if (model.entry() == null) {
                listings.add(own(model));
            }
        }
        return listings;
    }

    /** The shape that {@code koine models list --json} prints; a value that is not known is null, never missing. */
    public static String toJson(List<ModelListing> listings) {
        Gson gson = new GsonBuilder()
                .serializeNulls()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create();
        return gson.toJson(listings);
    }

    private static ModelListing listing(CatalogueEntry entry, List<InstalledModel> installed) {
        Status status = !installed.isEmpty()
                ? Status.INSTALLED
                : entry.files().isEmpty() ? Status.UNAVAILABLE : Status.AVAILABLE;
        return new ModelListing(
                entry.id(),
                entry.system(),
                entry.maker(),
                entry.country(),
                entry.languages(),
                entry.architecture(),
                entry.license(),
                status,
                entry.files().stream()
                        .map(file -> new FileListing(
                                file.name(),
                                file.quantization(),
                                file.bytes(),
                                file.sha256(),
                                file.sources(),
                                installedAs(file, installed)))
                        .toList());
    }

    private static @Nullable String installedAs(ModelFile file, List<InstalledModel> installed) {
        for (InstalledModel model : installed) {
            if (model.path().getFileName().toString().equalsIgnoreCase(file.name())) {
                return model.id();
            }
        }
        return null;
    }

    private static ModelListing own(InstalledModel model) {
        String name = model.path().getFileName().toString();
        return new ModelListing(
                model.id(),
                model.name(),
                null,
                null,
                model.languages(),
                model.architecture(),
                null,
                Status.YOURS,
                List.of(new FileListing(
                        name, model.quantization(), model.bytes(), null, List.of("file:" + model.path()), model.id())));
    }
}
