package koine.engine.llama;

import java.util.Set;
import java.util.stream.Stream;
import koine.gguf.GgufFile;
import koine.gguf.GgufTensor;
import koine.gguf.GgufTensorType;
import org.jspecify.annotations.Nullable;

/** What llama.cpp takes for granted of the types of tensors: it meets others with an abort in mid-computation. */
final class Tensors {
    /** Added to or multiplied with a layer's numbers one by one, whatever their shape. */
    private static final Set<String> FACTORS = Set.of("_norm", "ssm_a", "ssm_d", "ssm_conv1d");

    private static final Set<String> INDICES = Set.of("tid2eid", "d2t");

    private Tensors() {}

    static @Nullable String implausible(GgufFile header) {
        Stream<GgufTensor> wrong = header.tensors().stream().filter(Tensors::isWrong);
        return wrong.findFirst()
                .map(tensor -> "tensor of type " + tensor.type())
                .orElse(null);
    }

    private static boolean isWrong(GgufTensor tensor) {
        if (INDICES.stream().anyMatch(tensor.name()::contains)) {
            return false;
        }
        boolean factor = tensor.shape().stream().filter(size -> size > 1).count() <= 1
                || FACTORS.stream().anyMatch(tensor.name()::contains);
        return factor ? tensor.type() != GgufTensorType.F32 : !tensor.type().isWeight();
    }
}
