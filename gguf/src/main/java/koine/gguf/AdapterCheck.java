package koine.gguf;

import static koine.gguf.MisfitException.Reason.DAMAGED;
import static koine.gguf.MisfitException.Reason.NOT_AN_ADAPTER;
import static koine.gguf.MisfitException.Reason.OTHER_ARCHITECTURE;
import static koine.gguf.MisfitException.Reason.OTHER_TENSORS;
import static koine.gguf.MisfitException.Reason.UNSUPPORTED;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import koine.gguf.MisfitException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Whether an adapter goes with a model, by the headers of both files. llama.cpp ({@code llama-adapter.cpp}) finds most of
 * what is wrong, says it in words of its own, and ends the process over the rest. The engine and whoever wants to say
 * beforehand which adapters go with a model hold them against these same rules.
 */
public final class AdapterCheck {
    static final String A = ".lora_a";
    private static final String B = ".lora_b";

    /** llama.cpp passes over these. */
    private static final String IGNORED = "_norm.weight";

    /** Rows of these are looked up, not multiplied with: here the two factors lie the other way round. */
    private static final String EMBEDDINGS = "token_embd.weight";

    static final String ALPHA = "adapter.lora.alpha";

    /** Such an adapter is off until a text of the prompt calls it. */
    private static final String ONLY_AFTER = "adapter.alora.invocation_tokens";

    /** Their output is the embeddings, whatever else the file has. */
    private static final Set<String> MULTIPLIES_EMBEDDINGS = Set.of("bitnet");

    private final GgufFile adapter;
    private final GgufFile base;

    private AdapterCheck(GgufFile adapter, GgufFile base) {
        this.adapter = adapter;
        this.base = base;
    }

    /** @throws MisfitException when they do not go together */
    public static void require(GgufFile adapter, GgufFile base) throws MisfitException {
        new AdapterCheck(adapter, base).require();
    }

    private void require() throws MisfitException {
        requireText("general.type", "adapter");
        requireText("adapter.type", "lora");
        String architecture = adapter.text("general.architecture");
        if (architecture == null) {
            throw wrong(DAMAGED, "the adapter does not say for which architecture it is");
        }
        if (!architecture.equals(base.text("general.architecture"))) {
            throw wrong(OTHER_ARCHITECTURE, "the adapter is for another architecture");
        }
        if (adapter.metadata().containsKey(ALPHA) && !isFloat(adapter.metadata().get(ALPHA))) {
            throw wrong(DAMAGED, ALPHA + " is no number");
        }
        if (adapter.metadata().containsKey(ONLY_AFTER)) {
            throw wrong(UNSUPPORTED, "the adapter counts only after certain tokens");
        }
        if (base.integer("split.count").orElse(0) > 1) {
            throw wrong(UNSUPPORTED, "the model lies in several files, whose shapes are not all known");
        }
        Map<String, GgufTensor> first = factors(A);
        Map<String, GgufTensor> second = factors(B);
        if (first.isEmpty() || !first.keySet().equals(second.keySet())) {
            throw wrong(DAMAGED, "a tensor has one factor, not two");
        }
        Map<String, GgufTensor> weights = new HashMap<>();
        base.tensors().forEach(tensor -> weights.put(tensor.name(), tensor));
        for (Map.Entry<String, GgufTensor> factor : first.entrySet()) {
            requireFit(factor.getKey(), factor.getValue(), second.get(factor.getKey()), weights);
        }
    }

    private void requireFit(String name, GgufTensor a, @Nullable GgufTensor b, Map<String, GgufTensor> weights)
            throws MisfitException {
        GgufTensor weight = weights.get(name);
        if (weight == null || b == null) {
            throw wrong(OTHER_TENSORS, "the model has no such tensor as the adapter changes");
        }
        requireShapes(name, a, b, weight);
        boolean outputToo = !weights.containsKey("output.weight")
                || MULTIPLIES_EMBEDDINGS.contains(String.valueOf(base.text("general.architecture")));
        if (name.endsWith(EMBEDDINGS) && outputToo) {
            throw wrong(UNSUPPORTED, "the embeddings that the adapter changes are the model's output too");
        }
        if (weight.type() == GgufTensorType.NVFP4) {
            throw wrong(UNSUPPORTED, "the adapter changes a tensor of type " + weight.type());
        }
    }

    private static boolean isFloat(@Nullable GgufValue value) {
        return value instanceof GgufValue.Real(GgufType type, double number)
                && type == GgufType.FLOAT32
                && Double.isFinite(number);
    }

    private void requireText(String key, String wanted) throws MisfitException {
        if (!wanted.equals(adapter.text(key))) {
            throw wrong(NOT_AN_ADAPTER, key + " is not " + wanted);
        }
    }

    private Map<String, GgufTensor> factors(String suffix) throws MisfitException {
        Map<String, GgufTensor> factors = new HashMap<>();
        for (GgufTensor tensor : adapter.tensors()) {
            String name = tensor.name();
            if (name.endsWith(suffix)) {
                if (!tensor.type().isWeight()) {
                    throw wrong(DAMAGED, "a tensor of type " + tensor.type());
                }
                factors.put(name.substring(0, name.length() - suffix.length()), tensor);
            } else if (!name.endsWith(A) && !name.endsWith(B) && !name.endsWith(IGNORED)) {
                throw wrong(DAMAGED, "a tensor that is no factor");
            }
        }
        return factors;
    }

    private static void requireShapes(String name, GgufTensor a, GgufTensor b, GgufTensor weight)
            throws MisfitException {
        boolean embeddings = name.endsWith(EMBEDDINGS);
        long rank = rank(a);
        if (rank != size(b, 0) || rank < 1) {
            throw wrong(DAMAGED, "the two factors of a tensor do not go together");
        }
        long in = embeddings ? size(b, 1) : size(a, 0);
        long out = embeddings ? size(a, 1) : size(b, 1);
        boolean experts = sameExperts(a, weight) && sameExperts(b, weight);
        if (in != size(weight, 0) || out != size(weight, 1) || !experts) {
            throw wrong(OTHER_TENSORS, "the shape of a tensor is another in the model");
        }
    }

    /** @param first the first factor of a tensor */
    static long rank(GgufTensor first) {
        return size(first, first.name().endsWith(EMBEDDINGS + A) ? 0 : 1);
    }

    private static boolean sameExperts(GgufTensor factor, GgufTensor weight) {
        return size(factor, 2) == size(weight, 2) && size(factor, 3) == size(weight, 3);
    }

    private static long size(GgufTensor tensor, int dimension) {
        return dimension < tensor.shape().size() ? tensor.shape().get(dimension) : 1;
    }

    private static MisfitException wrong(Reason reason, String message) {
        return new MisfitException(reason, message);
    }
}
