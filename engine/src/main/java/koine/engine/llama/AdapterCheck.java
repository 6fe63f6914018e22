package koine.engine.llama;

import static koine.engine.llama.AdapterException.Reason.DAMAGED;
import static koine.engine.llama.AdapterException.Reason.NOT_AN_ADAPTER;
import static koine.engine.llama.AdapterException.Reason.OTHER_BASE;

import java.util.HashMap;
import java.util.Map;
import koine.engine.llama.AdapterException.Reason;
import koine.gguf.GgufFile;
import koine.gguf.GgufTensor;
import koine.gguf.GgufType;
import koine.gguf.GgufValue;
import org.jspecify.annotations.Nullable;

/**
 * Whether an adapter goes with a model, by the headers of both files. llama.cpp ({@code llama-adapter.cpp}) finds most of
 * what is wrong, says it in words of its own, and ends the process over the rest.
 */
final class AdapterCheck {
    private static final String A = ".lora_a";
    private static final String B = ".lora_b";

    /** llama.cpp passes over these. */
    private static final String IGNORED = "_norm.weight";

    /** Rows of these are looked up, not multiplied with: here the two factors lie the other way round. */
    private static final String EMBEDDINGS = "token_embd.weight";

    private static final String ALPHA = "adapter.lora.alpha";

    private final GgufFile adapter;
    private final GgufFile base;

    private AdapterCheck(GgufFile adapter, GgufFile base) {
        this.adapter = adapter;
        this.base = base;
    }

    /** @throws AdapterException when they do not go together */
    static void require(GgufFile adapter, GgufFile base) {
        new AdapterCheck(adapter, base).require();
    }

    private void require() {
        requireText("general.type", "adapter");
        requireText("adapter.type", "lora");
        String architecture = adapter.text("general.architecture");
        if (architecture == null) {
            throw wrong(DAMAGED, "the adapter does not say for which architecture it is");
        }
        if (!architecture.equals(base.text("general.architecture"))) {
            throw wrong(OTHER_BASE, "the adapter is for the architecture " + architecture);
        }
        if (adapter.metadata().containsKey(ALPHA) && !isFloat(adapter.metadata().get(ALPHA))) {
            throw wrong(DAMAGED, ALPHA + " is no number");
        }
        Map<String, GgufTensor> first = factors(A);
        Map<String, GgufTensor> second = factors(B);
        if (first.isEmpty() || !first.keySet().equals(second.keySet())) {
            throw wrong(DAMAGED, "a tensor has one factor, not two");
        }
        Map<String, GgufTensor> weights = new HashMap<>();
        base.tensors().forEach(tensor -> weights.put(tensor.name(), tensor));
        // in a model of several files, the others are left to llama.cpp
        boolean whole = base.integer("split.count").orElse(0) <= 1;
        first.forEach((name, a) -> {
            GgufTensor weight = weights.get(name);
            GgufTensor b = second.get(name);
            if (weight == null && whole) {
                throw wrong(OTHER_BASE, "the model has no tensor " + name);
            }
            if (b != null) {
                requireShapes(name, a, b, weight);
            }
        });
    }

    private static boolean isFloat(@Nullable GgufValue value) {
        return value instanceof GgufValue.Real(GgufType type, double number)
                && type == GgufType.FLOAT32
                && Double.isFinite(number);
    }

    private void requireText(String key, String wanted) {
        String found = adapter.text(key);
        if (!wanted.equals(found)) {
            throw wrong(NOT_AN_ADAPTER, key + " is " + found);
        }
    }

    private Map<String, GgufTensor> factors(String suffix) {
        Map<String, GgufTensor> factors = new HashMap<>();
        for (GgufTensor tensor : adapter.tensors()) {
            String name = tensor.name();
            if (name.endsWith(suffix)) {
                if (Tensors.isNoWeight(tensor.type())) {
                    throw wrong(DAMAGED, "a tensor of type " + tensor.type());
                }
                factors.put(name.substring(0, name.length() - suffix.length()), tensor);
            } else if (!name.endsWith(A) && !name.endsWith(B) && !name.endsWith(IGNORED)) {
                throw wrong(DAMAGED, "a tensor that is no factor");
            }
        }
        return factors;
    }

    private static void requireShapes(String name, GgufTensor a, GgufTensor b, @Nullable GgufTensor weight) {
        boolean embeddings = name.endsWith(EMBEDDINGS);
        long rank = embeddings ? size(a, 0) : size(a, 1);
        if (rank != size(b, 0) || rank < 1) {
            throw wrong(DAMAGED, "the two factors of a tensor do not go together");
        }
        if (weight == null) {
            return;
        }
        long in = embeddings ? size(b, 1) : size(a, 0);
        long out = embeddings ? size(a, 1) : size(b, 1);
        boolean experts = sameExperts(a, weight) && sameExperts(b, weight);
        if (in != size(weight, 0) || out != size(weight, 1) || !experts) {
            throw wrong(OTHER_BASE, "the shape of " + name + " is another in the model");
        }
    }

    private static boolean sameExperts(GgufTensor factor, GgufTensor weight) {
        return size(factor, 2) == size(weight, 2) && size(factor, 3) == size(weight, 3);
    }

    private static long size(GgufTensor tensor, int dimension) {
        return dimension < tensor.shape().size() ? tensor.shape().get(dimension) : 1;
    }

    private static AdapterException wrong(Reason reason, String message) {
        return new AdapterException(reason, message);
    }
}
