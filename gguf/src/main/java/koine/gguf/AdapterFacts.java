package koine.gguf;

import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a LoRA adapter says of itself: small changes to some tensors of a base model. Texts are cleaned as those of
 * {@link ModelFacts} are.
 *
 * @param architecture of the models it may go with; null when the file does not say
 * @param name null when the file has none
 * @param maker the organization, else the author; null when the file names none
 * @param license as the file has it; null when it has none
 * @param languages as the file lists them, usually BCP 47
 * @param base the model it was made for; null when the file does not say
 * @param rank of the factors that have most; 0 when there are none
 * @param alpha its changes count this much, divided by the rank; empty when they count as they are
 */
public record AdapterFacts(
        @Nullable String architecture,
        @Nullable String name,
        @Nullable String maker,
        @Nullable String license,
        List<String> languages,
        @Nullable Base base,
        long rank,
        OptionalDouble alpha) {

    /** @param url of its repository. At least one of the three is there */
    public record Base(
            @Nullable String name,
            @Nullable String maker,
            @Nullable String url) {}

    /** @return null for what is no LoRA adapter */
    public static @Nullable AdapterFacts of(GgufFile file) {
        if (!"adapter".equals(file.text("general.type")) || !"lora".equals(file.text("adapter.type"))) {
            return null;
        }
        return new AdapterFacts(
                ModelFacts.clean(file.text("general.architecture")),
                ModelFacts.clean(file.text("general.name")),
                ModelFacts.maker(file, "general."),
                ModelFacts.license(file),
                ModelFacts.languages(file),
                base(file),
                file.tensors().stream()
                        .filter(tensor -> tensor.name().endsWith(AdapterCheck.A))
                        .mapToLong(AdapterCheck::rank)
                        .max()
                        .orElse(0),
                file.metadata().get(AdapterCheck.ALPHA) instanceof GgufValue.Real(GgufType _, double alpha)
                                && Double.isFinite(alpha)
                        ? OptionalDouble.of(alpha)
                        : OptionalDouble.empty());
    }

    private static @Nullable Base base(GgufFile file) {
        String prefix = "general.base_model.0.";
        Base base = new Base(
                ModelFacts.clean(file.text(prefix + "name")),
                ModelFacts.maker(file, prefix),
                ModelFacts.clean(file.text(prefix + "repo_url")));
        return base.equals(new Base(null, null, null)) ? null : base;
    }
}
