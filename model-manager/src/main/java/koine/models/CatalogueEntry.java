package koine.models;

import java.util.List;

/**
 * A model that Koine knows of.
 *
 * @param country ISO 3166-1 alpha-2 of the maker
 * @param languages BCP 47 tags the model is made for
 * @param license SPDX identifier or the licence's name
 * @param notes message keys of honest remarks ("a smoke-test voice, not a regional model")
 */
public record CatalogueEntry(
        String id,
        String system,
        String maker,
        String country,
        List<String> languages,
        String architecture,
        String license,
        List<String> notes,
        List<ModelFile> files) {

    /**
     * @param sources where it comes from, in words a program reads: {@code bundle:NAME}, later {@code hf:REPO@REVISION/FILE}
     */
    public record ModelFile(String name, String quantization, long bytes, String sha256, List<String> sources) {}
}
